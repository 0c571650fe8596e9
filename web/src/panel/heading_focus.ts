// A view that opens takes the focus to its heading, so that a keyboard and a screen reader are where the eye is.

export function headingFocus(heading: HTMLElement): void {
  heading.focus({ preventScroll: true });
}
