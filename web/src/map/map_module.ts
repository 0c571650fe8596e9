// The program of the map, by far the largest part of the page: asked for before anything else is done, awaited by nothing.
export const mapModule = import('./MapView.svelte');
