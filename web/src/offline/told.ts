// What the service worker tells its pages.
export type Told = { away: false } | { away: true; /** an HTTP date; null where what was given has no age */ kept_at: string | null };
