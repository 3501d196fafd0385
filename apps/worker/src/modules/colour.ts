import { opt, slash } from '@arrakis/bot';

/** Colours by name, as 0xRRGGBB. */
const colours: ReadonlyMap<string, number> = new Map([
  ['amber', 0xffbf00],
  ['azure', 0x007fff],
  ['black', 0x000000],
  ['blue', 0x0000ff],
  ['bronze', 0xcd7f32],
  ['copper', 0xb87333],
  ['crimson', 0xdc143c],
  ['cyan', 0x00ffff],
  ['gold', 0xffd700],
  ['green', 0x008000],
  ['indigo', 0x4b0082],
  ['ivory', 0xfffff0],
  ['lavender', 0xe6e6fa],
  ['magenta', 0xff00ff],
  ['ochre', 0xcc7722],
  ['orange', 0xffa500],
  ['purple', 0x800080],
  ['red', 0xff0000],
  ['redwood', 0xa45a52],
  ['ruby', 0xe0115f],
  ['sand', 0xc2b280],
  ['scarlet', 0xff2400],
  ['silver', 0xc0c0c0],
  ['spice', 0xe27730],
  ['teal', 0x008080],
  ['turquoise', 0x40e0d0],
  ['violet', 0x8f00ff],
  ['white', 0xffffff],
  ['yellow', 0xffff00],
]);

/** Shows a colour; its name is completed while it is typed. */
export const colour = slash('colour', {
  description: 'Shows a colour',
  options: {
    name: opt.string({
      description: 'Its name',
      required: true,
      autocomplete: ({ value }) =>
        [...colours.keys()]
          .filter((name) => name.startsWith(value.trim().toLowerCase()))
          .map((name) => ({ name, value: name })),
    }),
  },
  run(_, { name }) {
    const known = colours.get(name.trim().toLowerCase());
    if (known === undefined) return { content: 'I do not know that colour. Pick one from the list.', ephemeral: true };
    const code = `#${known.toString(16).padStart(6, '0')}`;
    return { embeds: [{ title: name, description: code, color: known }] };
  },
});
