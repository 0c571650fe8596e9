// Whether the server has another version of the page than the one that runs, which may run for months.

const SCRIPT = /<script[^>]*\bsrc="([^"]+)"/;

/** False too where the server does not answer: what runs then stays. */
export async function hasNewer(): Promise<boolean> {
  const own = SCRIPT.exec(document.head.innerHTML)?.[1];
  try {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
    const served = answer.ok ? SCRIPT.exec(await answer.text())?.[1] : undefined;
    return own !== undefined && served !== undefined && served !== own;
  } catch {
    return false;
  }
}
