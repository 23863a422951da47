// Package batch works on many requests that nobody waits for: a file of them, one a line, asked one after the other through the gateway.
//
// A batch has no way of its own to a provider. Each line goes through the pipeline as the key that made the batch, so that key's models,
// networks, limits, policies and budgets decide, and money is held before anything is sent; a rate limit makes a batch slower, a budget
// that is used up makes it wait for somebody.
//
// Every working node looks for batches that nobody has, takes one by a lease in the database, and writes down that it asks a line before it
// asks, and the answer before what it cost is booked. That gives the rule of Worker: a line has one result, a result that was booked is
// never asked for again, and a line whose answer a node took with it when it was killed is asked once more. What may have been spent on
// such a line is in the ledger, where its attempt is booked at its ceiling, and counts against the batch's cost limit.
//
// Lines of a batch that may wait are handed over to their providers, where those answer many at once for half the price (Native). They
// go through the gateway, too, before they leave and when their results are there.
//
// Desk is what programs see, in OpenAI's words and in Anthropic's. Files lie in the database in sealed parts; a result is kept once, with
// its line, and the files of results are written out of them when somebody reads them.
package batch

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/live"
)

// Topic says on the bus that batches came, were changed or ended.
const Topic live.Topic = "batches"

// ForLines is what every line is for, in the word of x-bodhi-purpose.
const ForLines = "batch"

// The bounds.
const (
	MaxFile = 512 << 20 // bytes of one file
	// MaxMade is what the requests come to at most that a file is made into, in bytes: each row of a table becomes the prompt and words around
	// it, so a table that is as large as a file may be is longer as requests.
	MaxMade  = 4 * MaxFile
	MaxLine  = 8 << 20 // bytes of one request
	MaxItems = 100_000 // requests of a batch, as many as Anthropic takes; OpenAI takes half of it
	// MaxStored is what an organization's files come to at most, in bytes.
	MaxStored = 10 << 30
	// MaxOpen is how many batches of an organization may be unfinished.
	MaxOpen = 200
	// MaxErrors is how many faulty lines are told.
	MaxErrors = 100

	maxCustomID = 256
	maxMetadata = 16
	partSize    = 256 << 10 // bytes of a file that are sealed together
)

// How long things are there.
const (
	// Keep is how long a file stays that says nothing else, and how long a batch and its results do after its end: OpenAI's 30 days.
	Keep = 30 * 24 * time.Hour
	// Window is how long a program's batch may take; what is undone then is listed as expired.
	Window = 24 * time.Hour
	// stray is how long an upload may take that never came to its end.
	stray = 24 * time.Hour
)

// How a node works. atOnce batches are under way at a time, and up to most lines of each.
const (
	atOnce = 2
	most   = 16
	// pulse is how often a node begins a line, of all its batches: 200 a second is more than providers that think let through, and a
	// fraction of what a node can do, so that whoever waits for an answer does not notice a batch.
	pulse = 5 * time.Millisecond
	// lease is how long a node has a batch without a sign of life; it gives one every third of it. A killed node's batches are taken over
	// after it.
	lease = 30 * time.Second
	poll  = 2 * time.Second
	// turn is how long a batch is worked on before it makes place for another organization's.
	turn = 5 * time.Second
	// tries is how often a line is sent that a provider fails, and again how often one whose answer is lost with a node.
	tries = 3
	again = 6
	// pause is how long a line waits at most before it is sent again.
	pause = 20 * time.Second
	// timeout is of one line, all attempts.
	timeout = 10 * time.Minute
	// shelf is how many open lines a node reads at a time.
	shelf = 500
	sweep = time.Hour
)
