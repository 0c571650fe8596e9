// The address of the map's worker, which build/shared_map.ts tells.
declare module 'virtual:map-worker-url' {
  const url: string;
  export default url;
}
