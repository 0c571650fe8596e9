// Whose base map the server's style asks for: its own, or one of another provider.
import type { StyleSpecification } from 'maplibre-gl';

/** Where the foreign style is to be loaded from, when the server's style asks for one. */
export function foreignStyleUrl(own: StyleSpecification): string | null {
  const metadata = (own.metadata ?? {}) as Record<string, unknown>;
  const url = metadata['mapa:base-style'];
  return metadata['mapa:base-map'] === 'style' && typeof url === 'string' ? url : null;
}
