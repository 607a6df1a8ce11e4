// The two buttons of the sandbox's bank page: each posts the buyer's decision to the page's own address.
'use strict';

const say = document.getElementById('say');
const buttons = ['approve', 'decline'].map((id) => document.getElementById(id));

async function decide(outcome) {
  for (const button of buttons) button.disabled = true;
  const answer = await fetch(location.pathname, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ outcome }),
  });
  if (answer.ok) {
    say.textContent = outcome === 'approve' ? 'Approved. You can go back to the shop.' : 'Declined. You can go back to the shop.';
  } else {
    const problem = await answer.json().catch(() => ({}));
    say.textContent = problem.detail || 'The shop answered ' + answer.status + '.';
    for (const button of buttons) button.disabled = false;
  }
}

for (const button of buttons) button.addEventListener('click', () => decide(button.id));
