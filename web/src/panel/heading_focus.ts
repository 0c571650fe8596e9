// A view that opens takes the focus to its heading, so that a keyboard and a screen reader are where the eye is.

/** Where something is written. */
const FIELD = 'input:not([type=checkbox], [type=range])';

export function headingFocus(heading: HTMLElement): void {
  heading.focus({ preventScroll: true });
}

/** Of a view that waited for its answer: who writes meanwhile goes on, and the keyboard of a phone stays. */
export function lateHeadingFocus(heading: HTMLElement): void {
  if (!document.activeElement?.matches(FIELD)) headingFocus(heading);
}
