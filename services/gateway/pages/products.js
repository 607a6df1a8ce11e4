// Shows the newest products on the landing page. Texts go in as text, so a title cannot become markup.
'use strict';

function price(money) {
  const format = new Intl.NumberFormat(undefined, { style: 'currency', currency: money.currency });
  return format.format(money.amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}

function card(product) {
  const item = document.createElement('li');
  const picture = (product.media || [])[0];
  if (picture && (picture.url.startsWith('/') || picture.url.startsWith(location.origin))) {
    const image = document.createElement('img');
    image.src = picture.url;
    image.alt = picture.alt || '';
    image.loading = 'lazy';
    item.append(image);
  }
  const title = document.createElement('a');
  title.href = '/v1/store/products/' + encodeURIComponent(product.handle);
  title.textContent = product.title;
  const line = document.createElement('b');
  line.append(title);
  const variant = (product.variants || [])[0];
  const cost = document.createElement('span');
  cost.textContent = variant && variant.price ? price(variant.price) : '';
  item.append(line, cost);
  return item;
}

fetch('/v1/store/products?pageSize=11')
  .then((answer) => (answer.ok ? answer.json() : { products: [] }))
  .then((list) => document.getElementById('products').prepend(...list.products.map(card)))
  .catch(() => {});

// The example is for the address that this page was read from.
const example = document.getElementById('example');
example.textContent = example.textContent.replace('localhost:8080', location.host);
