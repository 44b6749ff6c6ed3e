import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { it } from 'node:test';
import type { Request, RequestHandler, Response } from 'express';
import { limitRequests } from '../../src/http/server.ts';

/** What express hands to a guard, as far as this one uses it. */
class FakeResponse extends EventEmitter {
  readonly sent: unknown[] = [];
  status(code: number): this {
    this.sent.push(code);
    return this;
  }
  set(name: string, value: string): this {
    this.sent.push(`${name}: ${value}`);
    return this;
  }
  type(type: string): this {
    this.sent.push(type);
    return this;
  }
  send(body: string): this {
    this.sent.push(body);
    return this;
  }
}

function ask(guard: RequestHandler): { response: FakeResponse; passed: number } {
  const response = new FakeResponse();
  const asked = { response, passed: 0 };
  void guard({} as unknown as Request, response as unknown as Response, () => {
    asked.passed++;
  });
  return asked;
}

it('so many requests are let in, and one more only when one of them has ended', () => {
  const guard = limitRequests(3);
  const first = [ask(guard), ask(guard), ask(guard)];
  assert.deepEqual(
    first.map(({ passed, response }) => [passed, response.sent]),
    [1, 2, 3].map(() => [1, []]),
  );
  for (const { response } of first) {
    const refused = ask(guard);
    assert.equal(refused.passed, 0);
    assert.deepEqual(refused.response.sent, [
      ...[503, 'Retry-After: 1', 'text/plain', 'too many requests\n'],
    ]);
    // The end of one that was turned away makes no room, that of another does, and just once.
    refused.response.emit('close');
    assert.equal(ask(guard).passed, 0);
    response.emit('close');
    response.emit('close');
    assert.equal(ask(guard).passed, 1);
    assert.equal(ask(guard).passed, 0);
  }
});
