// A second verifier of tiled logs, written from the C2SP texts (tlog-tiles, tlog-checkpoint, signed-note, tlog-proof)
// and RFC 6962 section 2.1, and not from the Java: the oracle of the tests. Node 20, no packages.
//   node verify-log.mjs log FOLDER [VKEYS [WITNESSES]]  every entry, every tile the size needs, root, Ed25519 signature,
//                                                and how far the witnesses with these keys have cosigned
//   node verify-log.mjs proof FILE LEAF [VKEYS]  a .tlog-proof of the entry in LEAF
//   node verify-log.mjs vectors COUNT            roots, inclusion and consistency proofs of trees up to COUNT, as lines
// Prints what it found as one JSON line; exit code 0 or 5.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';

const sha = (...parts) => parts.reduce((h, p) => h.update(p), createHash('sha256')).digest();
const leafHash = (entry) => sha(Buffer.of(0), entry);
const nodeHash = (left, right) => sha(Buffer.of(1), left, right);
const fail = (why) => { console.log(JSON.stringify({ ok: false, why })); process.exit(5); };

// RFC 6962 2.1: MTH over an array of leaf hashes, straight from the definition.
function root(leaves) {
  if (leaves.length === 0) return sha(Buffer.alloc(0));
  if (leaves.length === 1) return leaves[0];
  const k = split(leaves.length);
  return nodeHash(root(leaves.slice(0, k)), root(leaves.slice(k)));
}
function split(n) { let k = 1; while (k * 2 < n) k *= 2; return k; }

// RFC 6962 2.1.1: PATH(m, D[n]).
function path(m, leaves) {
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  return m < k
    ? [...path(m, leaves.slice(0, k)), root(leaves.slice(k))]
    : [...path(m - k, leaves.slice(k)), root(leaves.slice(0, k))];
}

// RFC 6962 2.1.2: PROOF(m, D[n]).
function consistency(m, leaves) { return m === 0 ? [] : subproof(m, leaves, true); }
function subproof(m, leaves, whole) {
  if (m === leaves.length) return whole ? [] : [root(leaves)];
  const k = split(leaves.length);
  return m <= k
    ? [...subproof(m, leaves.slice(0, k), whole), root(leaves.slice(k))]
    : [...subproof(m - k, leaves.slice(k), false), root(leaves.slice(0, k))];
}

// Recomputes a root from a path by following the definition of PATH downwards; unlike RFC 9162's loop.
function rootFrom(leaf, m, n, proof) {
  if (n === 1) return proof.length === 0 ? leaf : null;
  if (proof.length === 0) return null;
  const k = split(n);
  const sibling = proof[proof.length - 1];
  const rest = proof.slice(0, -1);
  const inner = m < k ? rootFrom(leaf, m, k, rest) : rootFrom(leaf, m - k, n - k, rest);
  if (inner === null) return null;
  return m < k ? nodeHash(inner, sibling) : nodeHash(sibling, inner);
}

// signed-note and tlog-checkpoint.
function checkpoint(text) {
  const at = text.lastIndexOf('\n\n');
  if (at < 0) fail('checkpoint: no signatures');
  const body = text.slice(0, at + 1);
  const [origin, size, hash] = body.split('\n');
  if (!/^(0|[1-9][0-9]*)$/.test(size)) fail('checkpoint: size');
  const signatures = text.slice(at + 2).split('\n').filter((l) => l !== '').map((line) => {
    const match = /^\u2014 (\S+) (\S+)$/.exec(line);
    if (!match) fail('checkpoint: signature line');
    const bytes = Buffer.from(match[2], 'base64');
    return { name: match[1], id: bytes.readUInt32BE(0), signature: bytes.subarray(4) };
  });
  return { body, origin, size: Number(size), root: Buffer.from(hash, 'base64'), signatures };
}

// signed-note, "Verifier keys"; only Ed25519: type 0x01 of logs, 0x04 of witnesses (Node 20 has no ML-DSA).
function ed25519Keys(text, type = 1) {
  return text.split('\n').filter((l) => l !== '').map((line) => {
    const [name, id, key] = [line.split('+')[0], line.split('+')[1], line.split('+').slice(2).join('+')];
    const material = Buffer.from(key, 'base64');
    const expected = sha(Buffer.from(name + '\n'), material).subarray(0, 4).toString('hex');
    if (expected !== id) fail('vkey: id');
    return { name, id: parseInt(id, 16), type: material[0], raw: material.subarray(1) };
  }).filter((k) => k.type === type);
}

function publicKey(raw) {
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]);
  return createPublicKey({ key: spki, format: 'der', type: 'spki' });
}

// tlog-cosignature, "Format" and "Ed25519 signed message". signed-note: unknown keys are ignored, a bad signature of a
// known key spoils the note.
function cosigners(head, vkeys) {
  const found = new Set();
  for (const key of ed25519Keys(vkeys, 4)) {
    for (const line of head.signatures.filter((s) => s.name === key.name && s.id === key.id)) {
      if (line.signature.length !== 72) fail('cosignature: length');
      const time = line.signature.readBigUInt64BE(0);
      if (time === 0n || time >= 1n << 63n) fail('cosignature: time');
      const message = Buffer.from(`cosignature/v1\ntime ${time}\n${head.body}`);
      if (!verify(null, message, publicKey(key.raw), line.signature.subarray(8))) fail('cosignature: ' + key.name);
      found.add(key.name);
    }
  }
  return [...found];
}

function witnessed(folder, head, leaves, vkeys) {
  const best = { size: 0, by: [] };
  for (const name of ['checkpoint', 'witnessed']) {
    if (!existsSync(join(folder, name))) continue;
    const cosigned = checkpoint(readFileSync(join(folder, name), 'utf8'));
    if (cosigned.origin !== head.origin) fail(name + ': another log');
    if (cosigned.size > head.size) fail(name + ': more records than there are: rollback');
    if (!root(leaves.slice(0, cosigned.size)).equals(cosigned.root)) fail(name + ': another history');
    const by = cosigners(cosigned, vkeys);
    if (by.length > 0 && cosigned.size > best.size) Object.assign(best, { size: cosigned.size, by });
  }
  return best;
}

function checkSignature(head, vkeys) {
  const key = ed25519Keys(vkeys).find((k) => k.name === head.origin);
  if (!key) fail('no Ed25519 key for ' + head.origin);
  const line = head.signatures.find((s) => s.name === key.name && s.id === key.id);
  if (!line) fail('not signed by the Ed25519 key');
  if (!verify(null, Buffer.from(head.body), publicKey(key.raw), line.signature)) fail('Ed25519 signature');
}

// tlog-tiles: names and contents.
function tileName(prefix, n, width) {
  const digits = String(n).padStart(Math.ceil(String(n).length / 3) * 3, '0').match(/.{3}/g);
  const name = digits.map((d, i) => (i < digits.length - 1 ? 'x' + d : d)).join('/');
  return `tile/${prefix}/${name}${width === 256 ? '' : '.p/' + width}`;
}
function readTile(folder, prefix, n, width) {
  for (const w of [width, 256]) {
    const file = join(folder, tileName(prefix, n, w));
    if (existsSync(file)) return { bytes: readFileSync(file), exact: w === width, file };
  }
  return fail('missing ' + tileName(prefix, n, width));
}
function entriesOf(tile, width) {
  const entries = [];
  let at = 0;
  while (at < tile.bytes.length && entries.length < width) {
    const length = tile.bytes.readUInt16BE(at);
    if (at + 2 + length > tile.bytes.length) fail(tile.file + ': cut short');
    entries.push(tile.bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  if (entries.length !== width || (tile.exact && at !== tile.bytes.length)) fail(tile.file + ': length');
  return entries;
}

function verifyLog(folder, vkeys, witnesses) {
  const head = checkpoint(readFileSync(join(folder, 'checkpoint'), 'utf8'));
  checkSignature(head, vkeys ?? readFileSync(join(folder, 'trust'), 'utf8'));
  let hashes = [];
  for (let n = 0; n * 256 < head.size; n++) {
    const width = Math.min(256, head.size - n * 256);
    hashes.push(...entriesOf(readTile(folder, 'entries', n, width), width).map(leafHash));
  }
  const leaves = hashes;
  for (let level = 0; hashes.length > 0; level++) {
    const above = [];
    for (let n = 0; n * 256 < hashes.length; n++) {
      const part = hashes.slice(n * 256, n * 256 + 256);
      const tile = readTile(folder, level, n, part.length);
      const expected = Buffer.concat(part);
      if (!tile.bytes.subarray(0, expected.length).equals(expected) || (tile.exact && tile.bytes.length !== expected.length)) fail(tile.file + ': hashes');
      if (part.length === 256) above.push(root(part));
    }
    hashes = above;
  }
  if (!root(leaves).equals(head.root)) fail('root');
  const by = witnesses ? { witnessed: witnessed(folder, head, leaves, witnesses) } : {};
  console.log(JSON.stringify({ ok: true, origin: head.origin, size: head.size, root: head.root.toString('hex'), ...by }));
}

function verifyProof(file, leafFile, vkeys) {
  const text = readFileSync(file, 'utf8');
  const at = text.indexOf('\n\n');
  const lines = text.slice(0, at).split('\n');
  if (lines[0] !== 'c2sp.org/tlog-proof@v1' || !/^index (0|[1-9][0-9]*)$/.test(lines[1])) fail('proof: form');
  const index = Number(lines[1].slice(6));
  const head = checkpoint(text.slice(at + 2));
  if (vkeys) checkSignature(head, vkeys);
  const proof = lines.slice(2).map((l) => Buffer.from(l, 'base64'));
  const found = index < head.size ? rootFrom(leafHash(readFileSync(leafFile)), index, head.size, proof) : null;
  if (found === null || !found.equals(head.root)) fail('proof: root');
  console.log(JSON.stringify({ ok: true, index, size: head.size }));
}

function vectors(count) {
  const leaves = [];
  const hex = (list) => list.map((h) => h.toString('hex')).join(',');
  for (let n = 0; n <= count; n++) {
    console.log(`root ${n} ${root(leaves).toString('hex')}`);
    for (let m = 0; m < n; m++) console.log(`inclusion ${m} ${n} ${hex(path(m, leaves))}`);
    for (let m = 0; m <= n; m++) console.log(`consistency ${m} ${n} ${hex(consistency(m, leaves))}`);
    leaves.push(leafHash(Buffer.from('entry ' + n)));
  }
}

const [command, a, b, c] = process.argv.slice(2);
if (command === 'log') verifyLog(a, b && readFileSync(b, 'utf8'), c && readFileSync(c, 'utf8'));
else if (command === 'proof') verifyProof(a, b, c && readFileSync(c, 'utf8'));
else if (command === 'vectors') vectors(Number(a));
else { console.error('usage: verify-log.mjs log|proof|vectors …'); process.exit(2); }
