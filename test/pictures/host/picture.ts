import type { Dashboard } from '@grafana/schema';

/** What a page is to show. The program that opens the page sets it as `window.picture`. */
export interface Picture {
  dashboard: Dashboard;
  /** Unix times in milliseconds. */
  from: number;
  to: number;
  /** Values of variables by name; the others keep what the dashboard or Prometheus gives. */
  variables: Record<string, string | string[]>;
  /** Seconds between two scrapes. */
  scrapeInterval: number;
}

/** What the program that opens the page waits for and checks. */
export interface PageState {
  /** Whether all queries have ended. */
  isComplete: boolean;
  /** Of queries that failed, with the panel's title. */
  errors: string[];
  /** Titles. */
  emptyPanels: string[];
}

declare global {
  interface Window {
    picture: Picture;
    pageState(): PageState;
  }
}
