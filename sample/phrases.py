"""The sentences of the sample wave: made up, in the tone of researched answers; words in braces are drawn anew."""

# ruff: noqa: E501, RUF001 - a sentence a line reads best, and the mathematical signs are meant
from __future__ import annotations

COINS = ("BTC", "ETH", "SOL", "AVAX", "ARB", "LINK", "DOGE", "ATOM", "NEAR", "TON")
VENUES = (
    "Kestrel Perps",
    "Harbor X",
    "Northgate",
    "Quanta Swap",
    "Meridian DEX",
    "Tidewater",
    "Anvil Protocol",
    "Zürich OTC",
)
PEOPLE = ("market makers", "basis traders", "treasury desks", "retail holders", "arbitrage bots", "lending pools")
TRENDS = (
    "rising open interest",
    "thin weekend books",
    "a token unlock",
    "an index rebalance",
    "a bridge outage",
    "month-end hedging",
)

OPENERS = (
    "Certainly! Here's a detailed overview of {name}: ",
    "Certainly! Here is what the data say about {name}: ",
    "Here is a summary of the key facts on {name}: ",
    "Certainly, let me walk through {name} step by step: ",
    "",
    "",
)

DEFINITIONS = (
    "{Name} is {what}. Desks read it beside price because it shows who pays to keep a position open.",
    "By {name} people mean {what}. It is quoted per venue and then weighted by traded size.",
    "In short, {name} stands for {what}; a single print says little, the path over {n} days says more.",
)

HEADINGS = (
    "How it is measured",
    "What moves it",
    "How traders use it",
    "A worked example",
    "Common mistakes",
    "Comparison across venues",
    "Risk controls",
    "What to watch next",
    "Data quality",
    "Limits of the figure",
    "Notes for beginners",
    "Seasonality",
)

POINTS = (
    "On {venue} the reading for {coin} went from {pct} to {pct} within {n} hours, while spot moved only {pct}.",
    "When {name} stays above {pct} for {n} sessions, {people} usually cut size by about {share}.",
    "A move of {bps} bps sounds small, yet on a book of {usd} it costs {cost} a day.",
    "The formula is: adjusted value = raw value × (1 − fee) ÷ leverage, so {pct} at {n}x becomes far less than it seems.",
    "With {trend}, {coin} pairs tend to lead and the rest of the market follows after {n} to {m} hours.",
    "{venue} samples every {n} seconds, {venue} only once an hour; comparing the two without resampling is misleading.",
    "Keep the window fixed: a {m}-day average with σ = {pct} is not comparable with a {n}-day one.",
    "Annualised, {pct} per period is roughly {share}, before fees and slippage are taken off.",
    "For {coin}, the 90th percentile of the last {m} weeks was {pct}; anything beyond it deserves a second look.",
    "{People} hedge with dated futures once the gap Δ exceeds {bps} bps, because below that the fees eat the profit.",
    "Set the alert at mean ± 2σ, which for {coin} on {venue} meant {pct} in the last quarter.",
    "During {trend} the number of fills fell by {share}, and the quoted value stopped being representative.",
    "A position of {usd} in {coin} with a maintenance margin of {pct} is closed out after a fall of about {share}.",
    "Wash trades inflate the figure: filtering accounts that trade with themselves removed {share} of volume on {venue}.",
    "If price rises and {name} falls, the rally is carried by spot buyers → it tends to last longer.",
    "Back-tests over {m} months gave a hit rate of {share} with an average gain of {pct} a trade, net of {bps} bps costs.",
    "Do not add readings in {coin} to readings in USDC; convert at the same timestamp, or the sum drifts by up to {pct}.",
    "Liquidity matters: at a depth of {usd} within 1 % of mid, an order of {cost} moves the market by ≈ {bps} bps.",
    "Regulated venues publish with a delay of {n} minutes, so a “live” dashboard may mix old and new values.",
    "As a rule of thumb, three of these must agree: {name}, volume, volatility and the term structure.",
    "One desk in São Paulo pairs {name} with RSI(14) < 30 and enters only when both turn within {n} bars.",
    "Check whether the source reports simple or compounded values: (1 + {pct})^{n} − 1 differs visibly from {n} × {pct}.",
    "Stress cases are worth keeping: on the worst day of the sample {coin} lost {share} and the reading hit {pct}.",
    "{venue} caps the value at {pct} per interval; once the cap binds, the true pressure is hidden until it is lifted.",
    "A simple score is z = (x − mean) / σ over {m} days; for {coin} a z above 2 occurred on {n} days of the last quarter.",
    "Fees differ: {venue} charges makers {bps} bps and takers more, so the break-even lies near {pct} for most {people}.",
    "The correlation with the next day's return was only about {share} in calm weeks, and it vanished during {trend}.",
    "Settlement in {coin} adds currency risk: a hedge of {usd} has to be resized every {n} hours to stay neutral.",
    "Missing samples are common on {venue}; fill gaps of up to {n} minutes with the last value and drop longer ones.",
    "{People} watch the change of {name} more than its level: a jump of {bps} bps in {n} minutes often precedes {trend}.",
    "For beginners: multiply the position of {cost} by {pct} to see what one interval costs, then by {n} for a day's worth.",
    "Asian hours differ from US hours: the average for {coin} was {pct} in the former and {pct} in the latter.",
    "When {trend} and {trend} fall together, wait for {n} closed intervals before trusting any reading of {name}.",
    "{People} on {venue} were net payers for {m} days in a row, which had happened only {n} times before.",
)

CLOSINGS = (
    "In summary, {name} is a useful context figure, and a poor trigger when it is used alone.",
    "Overall, read {name} together with depth and volume, and write down the window that was used.",
    "Let me know if you need the calculation for another venue or a longer window!",
    "To conclude: small values matter when leverage is high, and the sign matters more than the size.",
)

QUESTIONS = (
    "how to calculate {name} for {topic}",
    "{name} and its effect on {topic}",
    "what does a sudden change of {name} mean for {topic}",
    "typical range of {name} in {topic}",
    "using {name} as a signal in {topic}",
    "limits of {name} when judging {topic}",
    "historical behaviour of {name} during {topic}",
    "best data sources on {name} for {topic}",
    "relationship between {name} and volatility in {topic}",
    "risk management with {name} for {topic}",
    "Evaluating the role of {name} in {topic}, with examples and thresholds",
)

TOPICS = (
    "BTC perpetual futures",
    "ETH staking strategies",
    "small-cap tokens (e.g., new listings)",
    "cross-venue arbitrage",
    "weekend trading",
    "market-neutral funds",
    "DAO treasuries",
    "stablecoin pairs",
    "layer-2 exchanges",
    "options market making",
    "leveraged tokens & vaults",
)
