/** pino's build for browsers, which needs nothing of Node; it has the types of the other one. */
declare module 'pino/browser.js' {
  import pino from 'pino';

  export default pino;
}
