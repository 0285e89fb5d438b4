// An MCP server over stdio with a mood: steady | hangs | dies. One tool, `note`. Run by the soak (SoakTest).
import { createInterface } from 'node:readline';

const mood = process.argv[2] ?? 'steady';
let calls = 0;
const note = {
  name: 'note',
  description: 'Takes a note.',
  inputSchema: {
    type: 'object',
    properties: { id: { type: 'string' }, amount: { type: 'integer' } },
    required: ['id', 'amount'],
  },
};

function answer(message) {
  switch (message.method) {
    case 'initialize':
      return { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: mood, version: '1' } };
    case 'tools/list':
      return { tools: [note] };
    case 'tools/call':
      calls += 1;
      if (mood === 'dies' && calls % 7 === 0) process.exit(1);
      if (mood === 'hangs' && calls % 5 === 0) return undefined;
      return { content: [{ type: 'text', text: `noted ${message.params.arguments.id}` }] };
    default:
      return {};
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  if (message.id === undefined) continue;
  const result = answer(message);
  if (result !== undefined) process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id: message.id, result }) + '\n');
}
