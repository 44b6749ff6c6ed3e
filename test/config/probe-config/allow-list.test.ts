import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseAllowList } from '../../../src/config/probe-config/allow-list.ts';

/** Rules, a host and a port, and whether the host may be read as it is written. */
const HOSTS: readonly [rules: string, host: string, port: number, allowed: boolean][] = [
  ['locust.load-tests.svc:8089', 'locust.load-tests.svc', 8089, true],
  ['locust.load-tests.svc:8089', 'LOCUST.Load-Tests.svc', 8089, true],
  ['locust.load-tests.svc:8089', 'locust.load-tests.svc.', 8089, true],
  ['locust.load-tests.svc.:8089', 'locust.load-tests.svc', 8089, true],
  ['locust.load-tests.svc:8089', 'locust.load-tests.svc', 8090, false],
  ['locust.load-tests.svc:8089', 'locustxload-tests.svc', 8089, false],
  ['locust.load-tests.svc:8089', 'locust.load-tests.svc.evil.example', 8089, false],
  ['locust.load-tests.svc:8089', 'evil-locust.load-tests.svc', 8089, false],
  ['*.load-tests.svc', 'a.load-tests.svc', 1, true],
  ['*.load-tests.svc', 'a.load-tests.svc', 65_535, true],
  ['*.load-tests.svc', 'a.b.load-tests.svc', 80, false],
  ['*.load-tests.svc', 'load-tests.svc', 80, false],
  ['**.load-tests.svc', 'a.b.load-tests.svc', 80, true],
  ['locust-*', 'locust-a', 80, true],
  ['locust-*', 'locust-a.evil.example', 80, false],
  ['**', 'whatever.example', 80, true],
  ['a:8000-8099', 'a', 8000, true],
  ['a:8000-8099', 'a', 8099, true],
  ['a:8000-8099', 'a', 8100, false],
  ['a:80,b:81', 'b', 80, false],
  ['a:80\nb:81', 'b', 81, true],
  [' a:80 , \n, b:81 ', 'b', 81, true],
  // A glob is for names alone.
  ['**', '10.0.0.1', 80, false],
  ['**', '2001:db8::1', 80, false],
  ['10.0.0.0/8', '10.255.1.2', 80, true],
  ['10.0.0.0/8', '11.0.0.1', 80, false],
  ['10.0.0.0/8:8089', '10.0.0.1', 80, false],
  ['10.0.0.0/8:8000-8099', '10.0.0.1', 8089, true],
  ['10.0.0.0/8', '::ffff:a00:1', 80, true],
  ['10.0.0.0/8', 'locust.example', 80, false],
  ['10.1.2.3', '10.1.2.3', 80, true],
  ['10.1.2.3:80', '10.1.2.4', 80, false],
  ['0.0.0.0/0', '203.0.113.9', 80, true],
  ['fd00::/8', 'fd12::1', 80, true],
  ['[fd00::/8]:8089', 'fd12::1', 8089, true],
  ['[fd00::/8]:8089', 'fd12::1', 8090, false],
  ['[fd12::1]', 'fd12::1', 80, true],
  ['fd12::1', 'fd12::2', 80, false],
  // Special addresses are only for those who name them.
  ['0.0.0.0/0,::/0,**', '127.0.0.1', 80, false],
  ['0.0.0.0/0,::/0,**', '169.254.169.254', 80, false],
  ['0.0.0.0/0,::/0,**', '::ffff:a9fe:a9fe', 80, false],
  ['0.0.0.0/0,::/0,**', '::1', 80, false],
  ['0.0.0.0/0,::/0,**', '0.0.0.0', 80, false],
  ['0.0.0.0/0,::/0,**', '::', 80, false],
  ['0.0.0.0/0,::/0,**', 'fe80::1', 80, false],
  ['0.0.0.0/0,::/0,**', '224.0.0.1', 80, false],
  ['0.0.0.0/0,::/0,**', 'ff02::1', 80, false],
  ['0.0.0.0/0,::/0,**', '255.255.255.255', 80, false],
  ['0.0.0.0/0,::/0,**', 'fd00:ec2::254', 80, false],
  ['0.0.0.0/0,::/0,**', '64:ff9b::a9fe:a9fe', 80, false],
  ['0.0.0.0/0,::/0,**', '2002:7f00:1::', 80, false],
  ['0.0.0.0/0,::/0,**', '100.100.100.200', 80, false],
  ['96.0.0.0/3', '127.0.0.1', 80, false],
  ['::ffff:0:0/96', '::ffff:7f00:1', 80, false],
  ['127.0.0.0/8', '127.0.0.1', 80, true],
  ['127.0.0.1:8089', '127.0.0.1', 8089, true],
  ['127.0.0.1:8089', '127.0.0.1', 8090, false],
  ['127.0.0.1:8089', '127.0.0.2', 8089, false],
  ['::1', '::1', 80, true],
  ['169.254.10.0/24', '169.254.10.1', 80, true],
  ['169.254.10.0/24', '169.254.169.254', 80, false],
];

/** Rules, a name with its port, an address that it leads to, and whether that may be read. */
const ADDRESSES: readonly [rules: string, name: string, port: number, to: string, ok: boolean][] = [
  ['**', 'a.example', 80, '10.0.0.1', true],
  ['**', 'a.example', 80, '2001:db8::1', true],
  ['**', 'a.example', 80, '127.0.0.1', false],
  ['**', 'a.example', 80, '::ffff:127.0.0.1', false],
  ['**', 'a.example', 80, '169.254.169.254', false],
  ['**', 'localhost', 80, '127.0.0.1', false],
  ['localhost', 'localhost', 80, '127.0.0.1', true],
  ['localhost', 'LOCALHOST.', 80, '::1', true],
  ['localhost:8089', 'localhost', 80, '127.0.0.1', false],
  ['localhost', 'localhost', 80, '169.254.169.254', false],
  ['localhost,**', 'a.example', 80, '127.0.0.1', false],
  ['**,127.0.0.0/8', 'a.example', 80, '127.0.0.1', true],
  ['**,127.0.0.0/8:8089', 'a.example', 80, '127.0.0.1', false],
];

describe('PROBE_TARGETS', () => {
  for (const [rules, host, port, allowed] of HOSTS) {
    const verb = allowed ? 'allows' : 'does not allow';
    it(`${JSON.stringify(rules)} ${verb} ${host} with port ${port}`, () => {
      assert.equal(parseAllowList(rules).allows(host, port), allowed);
    });
  }

  for (const [rules, name, port, address, allowed] of ADDRESSES) {
    const verb = allowed ? 'allows' : 'forbids';
    it(`${rules} ${verb} ${address} behind ${name} with port ${port}`, () => {
      assert.equal(parseAllowList(rules).forbids(address, port, name) === null, allowed);
    });
  }

  const dotted = (bytes: readonly number[]) => bytes.join('.');
  const mapped = ([a, b, c, d]: readonly number[]) =>
    `::ffff:${((a! << 8) | b!).toString(16)}:${((c! << 8) | d!).toString(16)}`;
  const byte = fc.nat(255);
  const specials = fc.oneof(
    fc.tuple(fc.constantFrom(0, 127), byte, byte, byte),
    fc.tuple(fc.constant(169), fc.constant(254), byte, byte),
    fc.tuple(fc.integer({ min: 224, max: 255 }), byte, byte, byte),
  );

  it('keeps special addresses, however they are written, from those who allow everything', () => {
    const list = parseAllowList('0.0.0.0/0,::/0,**');
    fc.assert(
      fc.property(specials, fc.boolean(), (bytes, isMapped) => {
        const address = isMapped ? mapped(bytes) : dotted(bytes);
        assert.equal(list.allows(address, 8089), false);
        assert.notEqual(list.forbids(address, 8089, 'a.example'), null);
      }),
    );
  });

  const wrong: readonly [rules: string, message: string][] = [
    ['10.1.*', 'expected a range such as 10.1.0.0/16 instead of "10.1.*"'],
    ['10.0.0.0/33', 'expected a range such as 10.1.0.0/16 instead of "10.0.0.0/33"'],
    ['a:0', 'expected ports from 1 to 65535 instead of "a:0"'],
    ['a:80-70', 'expected ports from 1 to 65535 instead of "a:80-70"'],
    ['a:99999', 'expected ports from 1 to 65535 instead of "a:99999"'],
    [
      'http://a:8089',
      'expected a host without a scheme, with one port or a range of ports at most, instead of "http://a:8089"',
    ],
    ['a/b', 'expected a host without a scheme and a path instead of "a/b"'],
    [
      'ä.example',
      'expected a host such as *.load-tests.svc, 10.0.0.0/8 or [fd00::/8] instead of "ä.example"',
    ],
    [
      'user:secret@a',
      'expected a host without a scheme, with one port or a range of ports at most, instead of "***@a"',
    ],
    [
      '10.1.*,ok.example,b:0',
      'expected a range such as 10.1.0.0/16 instead of "10.1.*", and ports from 1 to 65535 instead of "b:0"',
    ],
    [', ,', 'expected hosts such as *.load-tests.svc:8089 or 10.0.0.0/8:8089'],
  ];
  for (const [rules, message] of wrong) {
    it(`refuses ${JSON.stringify(rules)}`, () => {
      assert.throws(() => parseAllowList(rules), { message });
    });
  }
});
