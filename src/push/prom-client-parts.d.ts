/** What the whole of prom-client would load for those too who do not push. */
declare module 'prom-client/lib/pushgateway.js' {
  export { Pushgateway as default } from 'prom-client';
}
