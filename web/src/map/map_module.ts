// When the program of the map comes, by far the largest part of the page: after all that the controls need.
import { painted } from '../look/painted.ts';

/** Fetched before, it would take the link from what the panel shows; evaluated before, it would keep a touch waiting. */
export async function loadMap(controls: Promise<unknown>) {
  await Promise.all([painted(), controls]);
  return import('./MapView.svelte');
}
