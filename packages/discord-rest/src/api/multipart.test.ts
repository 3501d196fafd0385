import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { filesOf, type FileUpload } from './multipart.ts';

const createMessage = 'POST /channels/{channel.id}/messages';
/** A form of these files, and what it is on the wire. */
async function formOf(files: readonly FileUpload[]) {
  const form = filesOf(createMessage, { files, body: { content: 'ß' } });
  if (form === undefined) throw new Error('no form');
  return { form, sent: await text(form.open()) };
}

const inMemory = { name: 'ä.txt', data: Buffer.from('äöü') };

it('files from memory have a length that is known beforehand', async () => {
  const { form, sent } = await formOf([inMemory, inMemory]);
  expect(form.length).toBe(Buffer.byteLength(sent));
});

it('a file that is streamed has none', async () => {
  async function* data() {
    yield Buffer.from('x');
  }
  expect((await formOf([inMemory, { name: 'b', data }])).form.length).toBeUndefined();
});

it('a name or type cannot add anything to the form', async () => {
  const evil = '"\r\n\r\n--x\r\nContent-Disposition: form-data; name="payload_json"';
  const { sent } = await formOf([{ name: evil, contentType: `text/plain${evil}`, data: Buffer.from('x') }]);
  expect(sent.match(/^Content-Disposition/gm)).toHaveLength(2);
});
