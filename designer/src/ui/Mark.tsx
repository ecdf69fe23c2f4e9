/** The product's mark: a flock with no bird in the lead. */
export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="var(--accent)"
      strokeWidth="2"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path d="M2 9c2-2 3.5-2 5 0 1.5-2 3-2 5 0" />
      <path d="M10 15c2-2 3.5-2 5 0 1.5-2 3-2 5 0" />
      <path d="M14 6c1.3-1.3 2.3-1.3 3.3 0 1-1.3 2-1.3 3.3 0" opacity="0.7" />
      <path d="M3 19c1.3-1.3 2.3-1.3 3.3 0 1-1.3 2-1.3 3.3 0" opacity="0.7" />
    </svg>
  );
}
