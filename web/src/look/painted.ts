// The moment at which what stands in the document is on the screen.

/** A second frame begins when the first has been handed on; before it, long work would keep back what was just changed. */
export function painted(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve))));
}
