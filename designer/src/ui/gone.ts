import { useCallback, useEffect, useRef } from "react";

/** Ends what is waited for with whoever waits. */
export function useGone(): () => AbortSignal {
  const gone = useRef(new AbortController());
  useEffect(() => {
    gone.current = new AbortController();
    return () => gone.current.abort();
  }, []);
  return useCallback(() => gone.current.signal, []);
}
