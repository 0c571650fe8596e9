// The JSON of the server as the page reads it: wire types, and no behaviour.
import type { Feature, FeatureCollection, Geometry } from 'geojson';

/** A text in the two languages of the city. */
export interface Title {
  uk: string;
  en: string;
}

/** The server's styles, which are also the page's appearances. */
export type StyleName = 'light' | 'dark';

export interface Kind {
  id: string;
  title: Title;
}

export interface Catalog {
  revision: number;
  demonstration: boolean;
  /** west, south, east, north in CRS84 degrees; null while there is no data */
  bbox: [number, number, number, number] | null;
  sectors: CatalogSector[];
}

export interface CatalogSector {
  id: string;
  title: Title;
  color: string;
  icon: string;
  count: number;
  service_areas: CatalogServiceArea[];
}

export interface CatalogServiceArea {
  id: string;
  title: Title;
  count: number;
  collections: CatalogCollection[];
}

export interface CatalogCollection {
  id: string;
  title: Title;
  geometry: 'point' | 'line' | 'area';
  icon: string;
  count: number;
  kinds: (Kind & { count: number })[];
}

export interface Field {
  name: string;
  type: 'text' | 'integer' | 'number' | 'boolean' | 'date';
  title: Title;
  /** UCUM code, or UAH for money */
  unit?: string;
  format?: 'phone' | 'email' | 'uri' | 'opening-hours' | 'photos';
  values?: { id: string; title: Title }[];
  chart?: 'bars' | 'histogram';
  addsUp?: boolean;
}

export interface Collection {
  id: string;
  titles: Title;
  /** null for what only carries the map */
  serviceArea: string | null;
  licence: string | null;
  author: Title | null;
  post: Title | null;
  /** RFC 3339; null when nothing was ever imported */
  updated: string | null;
  demonstration: boolean;
  /** from which instant to which its objects are, where they have a time; null for an open end */
  extent?: { temporal?: { interval: [string | null, string | null][] } };
  fields: Field[];
  kinds: Kind[];
}

export type FieldValue = string | number | boolean | null;

/** A file of a photo, by its address on the server; width and height in pixels. */
export interface PhotoSize {
  href: string;
  width: number;
  height: number;
}

/** A photo in its largest size, and its smaller ones. */
export interface Photo extends PhotoSize {
  thumbnails?: PhotoSize[];
}

export interface ObjectProperties {
  collection: string;
  kind?: string | null;
  photos?: Photo[];
  [field: string]: FieldValue | Photo[] | undefined;
}

export type CityObject = Feature<Geometry, ObjectProperties & Doors> & { id: string | number };

/** Whether the doors are open at the instant asked about, and when that changes (RFC 3339, the city's own time). */
export interface Doors {
  open?: 'open' | 'closed' | 'unknown';
  open_changes?: string;
}

export interface NeighborProperties extends ObjectProperties {
  sector: string;
  /** geodesic, to the geometry */
  distance_m: number;
  /** 0..360 from north, clockwise */
  bearing_deg: number;
  walking_min_straight_line: number;
}

export type Neighbor = Feature<Geometry, NeighborProperties & Doors> & { id: string | number };
export type Neighbors = Omit<FeatureCollection<Geometry>, 'features'> & { features: Neighbor[]; unknownHours?: number };

export interface SummaryGroup {
  by: { collection: string; kind: string | null };
  count: number;
}

/** A page of a list of objects; the links tell the ways on. */
export type Items = Omit<FeatureCollection<Geometry | null>, 'features'> & {
  features: (Feature<Geometry | null, ObjectProperties> & { id: string | number })[];
  numberMatched: number;
  links: { rel: string; href: string }[];
};

export interface TallyGroup {
  by: Record<string, FieldValue>;
  count: number;
  /** `known`: how many objects say the number */
  sums?: Record<string, { sum: number; known: number }>;
}

export interface Tally {
  groups: TallyGroup[];
  total: Omit<TallyGroup, 'by'>;
}

/** JSON Schema with the words of OGC API – Features Part 5, and two of ours. */
export interface Schema {
  title: string;
  properties: Record<string, SchemaProperty>;
}

export interface SchemaProperty {
  type?: 'string' | 'array' | 'integer' | 'number' | 'boolean';
  title?: string;
  format?: string;
  enum?: string[];
  const?: string;
  'x-ogc-propertySeq': number;
  'x-ogc-role'?: string;
  'x-ogc-unit'?: string;
  'x-ogc-codelistTitles'?: Record<string, string>;
  'x-mapa-chart'?: 'bars' | 'histogram';
  'x-mapa-addsUp'?: boolean;
}

/** Something that holds or names a place. */
export interface Named {
  collection: string;
  id: string;
  kind: string | null;
  name: string | null;
}

/** What a place is. */
export interface Surroundings {
  address?: Named & { text: string; distance_m: number };
  district?: Named;
  areas: Named[];
  services: { id: string; title: string; collections: string[]; nearest: Neighbor }[];
  works?: { radius_m: number; features: Neighbor[] };
  demonstration?: boolean;
}

/** An object that a search found. */
export interface FoundObject {
  collection: string;
  id: string;
  title: string;
  subtitle: string;
  kind?: string;
  sector?: string;
  address?: string;
  former_name?: string;
  lon: number;
  lat: number;
  distance_m?: number;
}

/** A step of the filter tree that a search found. */
export interface FoundStep {
  type: 'sector' | 'collection' | 'kind';
  id: string;
  collection?: string;
  sector?: string | null;
  title: string;
  subtitle?: string;
  count?: number;
}

export interface Suggestions {
  places: FoundObject[];
  addresses: FoundObject[];
  collections: FoundStep[];
}

/** RFC 9457 */
export interface Problem {
  title?: string;
  status?: number;
  detail?: string;
  parameter?: string;
}
