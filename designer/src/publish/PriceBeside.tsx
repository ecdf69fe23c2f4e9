// What a million runs cost, beside Step Functions: also where that is cheaper.

import type { JsonValue } from "../api/generated/schema.ts";
import { type Offer, type Price, priceOf } from "../model/price.ts";
import { publish } from "../text/publish.ts";

const told = publish.price;

export function PriceBeside({ price: given }: { price: { [name: string]: JsonValue } }) {
  const price = priceOf(given);
  if (price === undefined) return null;
  const most = Math.max(...price.offers.map((one) => one.usd), 0.01);
  return (
    <div className="stack">
      <ul className="offers">
        {price.offers.map((one) => (
          <One key={one.who} offer={one} price={price} most={most} />
        ))}
      </ul>
      <p className="soft small">
        {price.tooLong ? told.tooLong : price.cheapest === "express" ? told.expressCheaper : null}
        {price.cheapest === "standard" ? told.standardCheaper : null} {told.assumed}
      </p>
      <details className="card fold">
        <summary>{told.lines}</summary>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{told.of}</th>
              <th scope="col">{told.quantity}</th>
              <th scope="col">{told.total}</th>
            </tr>
          </thead>
          <tbody>
            {price.lines.map((line) => (
              <tr key={line.of}>
                <td>{line.of}</td>
                <td>{line.quantity}</td>
                <td>{told.usd(line.usd)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </div>
  );
}

function One({ offer, price, most }: { offer: Offer; price: Price; most: number }) {
  const name =
    offer.who === "ours"
      ? told.ours
      : offer.who === "standard"
        ? told.standard(price.transitions)
        : told.express(price.expressSeconds);
  const beside = offer.who === "ours" ? "" : offer.times >= 1 ? told.dearer(offer.times) : told.cheaper(offer.times);
  return (
    <li className="stack tight">
      <p className="row wrap">
        <span className="grow">{name}</span>
        <strong>{told.usd(offer.usd)}</strong>
      </p>
      <div className="bar-track" aria-hidden="true">
        <div
          className={`bar-fill ${offer.who === "ours" ? "ours" : ""}`}
          style={{ width: `${(offer.usd / most) * 100}%` }}
        />
      </div>
      <p className="row wrap small faint">
        <span className="grow">{told.compute(offer.compute)}</span>
        <span>{beside}</span>
      </p>
    </li>
  );
}
