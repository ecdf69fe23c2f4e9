/** SHA-256 of a short text, at once: the browser's own can only be waited for. */

const FIRST_PRIMES = primes(64);
const ROUND = FIRST_PRIMES.map((prime) => fraction(Math.cbrt(prime)));
const START = FIRST_PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));

function primes(count: number): number[] {
  const found: number[] = [];
  for (let number = 2; found.length < count; number += 1) {
    if (found.every((prime) => number % prime !== 0)) found.push(number);
  }
  return found;
}

/** The first 32 bits behind the point. */
function fraction(number: number): number {
  return Math.floor((number - Math.floor(number)) * 2 ** 32) | 0;
}

export function sha256(text: string): string {
  const words = padded(new TextEncoder().encode(text));
  const state = [...START];
  const schedule = new Int32Array(64);
  for (let block = 0; block < words.length; block += 16) {
    for (let at = 0; at < 64; at += 1) schedule[at] = at < 16 ? (words[block + at] ?? 0) : extended(schedule, at);
    const mixed = rounds(state, schedule);
    for (let at = 0; at < 8; at += 1) state[at] = ((state[at] ?? 0) + (mixed[at] ?? 0)) | 0;
  }
  return state.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

function padded(bytes: Uint8Array): Int32Array {
  const words = new Int32Array(((bytes.length + 8) >> 6) * 16 + 16);
  for (const [at, byte] of bytes.entries()) words[at >> 2] = (words[at >> 2] ?? 0) | (byte << (24 - (at & 3) * 8));
  words[bytes.length >> 2] = (words[bytes.length >> 2] ?? 0) | (0x80 << (24 - (bytes.length & 3) * 8));
  words[words.length - 1] = bytes.length * 8;
  return words;
}

function extended(schedule: Int32Array, at: number): number {
  const [far, near] = [schedule[at - 15] ?? 0, schedule[at - 2] ?? 0];
  const first = turn(far, 7) ^ turn(far, 18) ^ (far >>> 3);
  const second = turn(near, 17) ^ turn(near, 19) ^ (near >>> 10);
  return ((schedule[at - 16] ?? 0) + first + (schedule[at - 7] ?? 0) + second) | 0;
}

function rounds(state: readonly number[], schedule: Int32Array): number[] {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let at = 0; at < 64; at += 1) {
    const one =
      (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + (ROUND[at] ?? 0) + (schedule[at] ?? 0)) |
      0;
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  return [a, b, c, d, e, f, g, h];
}

function turn(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}
