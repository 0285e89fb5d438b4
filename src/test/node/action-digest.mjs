// Makes the test vectors of the action digest from their members, without any of the product's code:
// node src/test/node/action-digest.mjs > src/test/resources/vectors/action-digest.json
import { createHash } from 'node:crypto';

const none = { agent: '', caller: 'direct', chain: [], code: '', credential: '', definition: '', endpoint: '', kind: '',
  payload: '', person: '', run: '', target: '', task: '', tenant: 'default' };
const sha = (...parts) => { const h = createHash('sha256'); parts.forEach(p => h.update(p)); return h.digest('hex'); };
const per = 'per_0123456789abcdefghjkmnpqrs', tsk = 'tsk_01kag3x5t8fq2v0000000000zz';
const agent = { agent: 'support-bot', person: per, chain: [per, 'support-bot'], task: tsk };
const onShop = { ...agent, endpoint: sha('{"url":"http://127.0.0.1:9000/mcp"}'), credential: 'shop-secret' };
const cases = {
  'call-tool': { ...onShop, kind: 'call-tool', target: 'shop/create_refund', definition: sha('definition'),
    payload: sha('{"method":"tools/call","params":{"arguments":{"amount":120.00,"currency":"EUR","order":"1001"},"name":"create_refund"}}') },
  'call-tool with hidden characters': { ...onShop, kind: 'call-tool', target: 'shop/naïve\u202e\u0000"\\', definition: sha(''), payload: sha('{}') },
  'discover-server': { ...onShop, kind: 'discover-server', target: 'shop', payload: sha('{"method":"initialize","params":{}}') },
  'list': { ...onShop, kind: 'list', target: 'shop/tools/list', payload: sha('{"method":"tools/list"}') },
  'complete': { ...onShop, kind: 'complete', target: 'shop', payload: sha('{"method":"completion/complete"}') },
  'read-resource': { ...onShop, kind: 'read-resource', target: 'shop/file:///a b', payload: sha('{"method":"resources/read","params":{"uri":"file:///a b"}}') },
  'get-prompt': { ...onShop, kind: 'get-prompt', target: 'shop/greet', payload: sha('{"method":"prompts/get","params":{"name":"greet"}}') },
  'set-log-level': { ...onShop, kind: 'set-log-level', target: 'shop', payload: sha('{"method":"logging/setLevel","params":{"level":"info"}}') },
  'listen': { ...onShop, kind: 'listen', target: 'shop',
    payload: sha('{"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true}}}') },
  'answer-server': { ...onShop, kind: 'answer-server', target: 'shop/elicitation/create',
    payload: sha('{"method":"elicitation/create","params":{"message":"Which one?"}}') },
  'unmapped': { ...agent, kind: 'unmapped', target: 'shop/message', payload: sha('{"method":"message"}') },
  'approve': { kind: 'approve', person: per, chain: [per], target: 'apr_01kag3x5t8fq2v0000000000zz', payload: sha('{"decision":"approve"}') },
  'read-evidence': { kind: 'read-evidence', person: per, chain: [per], target: 'ledger', payload: sha('{}') },
  'administer': { kind: 'administer', person: per, chain: [per], target: 'support-bot', payload: sha('{"operation":"agent:create"}') },
};
// All member names are ASCII, so sorting them as strings is sorting them by UTF-16 code units (RFC 8785 §3.2.3).
const canonical = o => '{' + Object.keys(o).sort().map(k => JSON.stringify(k) + ':' + JSON.stringify(o[k])).join(',') + '}';
const vectors = Object.entries(cases).map(([name, members]) => {
  const all = { ...none, ...members };
  return { name, members: all, digest: sha('writ-action-v1\0', canonical(all)) };
});
process.stdout.write(JSON.stringify(vectors, null, 2) + '\n');
