import type { RequestHandler } from 'express';

/** Answers so many requests at a time, and the others with 503. */
export function limitRequests(most: number): RequestHandler {
  let current = 0;
  return (_request, response, next) => {
    if (current >= most) {
      response.status(503).set('Retry-After', '1').type('text/plain').send('too many requests\n');
      return;
    }
    current += 1;
    response.once('close', () => {
      current -= 1;
    });
    next();
  };
}
