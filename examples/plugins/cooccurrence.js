// How many images of the view have both classes of a pair; a click filters the view to them.
const MOST = 5000;

/** Names of the classes of each image, the first ones of the view. */
async function classesOf({ workspace, client }) {
  const ids = [...workspace.ids()].slice(0, MOST);
  const images = [];
  for (let i = 0; i < ids.length; i += 500) {
    const body = { view: workspace.view(), ids: ids.slice(i, i + 500) };
    const tiles = `datasets/${encodeURIComponent(workspace.dataset)}/tiles`;
    const answer = await client.json(tiles, body);
    images.push(...answer.tiles.map(({ classes }) => new Set(classes)));
  }
  return images;
}

function add(parent, tag, properties) {
  const child = Object.assign(document.createElement(tag), properties);
  return parent.appendChild(child);
}

const has = name => `any(class = '${name.replaceAll("'", "''")}')`;

function table(images, workspace) {
  const names = new Set(images.flatMap(image => [...image]));
  const classes = [...names].filter(Boolean).sort();
  const made = document.createElement('table');
  add(made, 'caption', { textContent: 'Images with both classes' });
  const head = made.insertRow();
  ['', ...classes].forEach(name => add(head, 'th', { textContent: name }));
  for (const a of classes) {
    const row = made.insertRow();
    add(row, 'th', { textContent: a });
    for (const b of classes) {
      const count = images.filter(each => each.has(a) && each.has(b)).length;
      const share = (60 * count) / images.length;
      const button = add(row.insertCell(), 'button', { textContent: count });
      button.ariaLabel = `${a} and ${b}: ${count}`;
      button.onclick = () => workspace.filter(`${has(a)} and ${has(b)}`);
      button.style.cssText = `width: 100%; border: 0; padding: 4px; color: inherit;
        background: color-mix(in srgb, var(--jp-brand-color1) ${share}%, transparent)`;
    }
  }
  return made;
}

export async function activate(given) {
  const { element, workspace } = given;
  const draw = async () =>
    element.replaceChildren(table(await classesOf(given), workspace));
  workspace.subscribe(draw);
  await draw();
}
