// Package evaluation asks models and versions of prompts the questions of a dataset, and says how many of the answers are right.
//
// A dataset is rows of questions with the answers that are expected; its rows never change, so that runs of it can be compared. A run
// asks each row of up to four subjects and has scorers look at what comes back. It has no way of its own to a provider: every question,
// and everything that a judging model is asked, goes through the gateway's pipeline as the key of whoever started the run, so that key's
// models, networks, limits and budgets decide, and money is held before anything is sent.
//
// A run is work of minutes, so it is not done where it is asked for. Every working node looks for runs that nobody has, takes one by a
// lease in the database, and writes down what it is about to ask before it asks, and what came of it after. That gives the rule of
// Worker: an answer that was written down is never asked for again; a question whose answer a node took with it when it was killed is
// asked once more, counted at what may have been spent on it, and never a third time.
package evaluation

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Topic says on the bus that runs began, were cancelled or ended.
const Topic live.Topic = "evaluations"

// The bounds. A dataset is read by one request of the dashboard or the management API, which take a mebibyte with all that is around it.
const (
	MaxRows     = 1000
	MaxText     = 768 << 10 // bytes of a file
	MaxRow      = 64 << 10  // bytes of one row
	MaxDatasets = 200       // of an organization
	MaxSubjects = 4
	MaxScorers  = 4
	// MaxRuns is how many runs of an organization may be unfinished.
	MaxRuns = 5
	// MaxKept is how many runs an organization keeps; the oldest must be deleted by somebody before more begin.
	MaxKept = 500

	maxName    = 80
	maxAbout   = 500
	maxPattern = 1000
	maxSchema  = 32 << 10
	maxRubric  = 4000
	maxRef     = 200 // of a model's name

	// DefaultOutput caps each answer where the run says nothing, MostOutput where it does; in tokens.
	DefaultOutput = 1000
	MostOutput    = 8000
	judgeOutput   = 400
	// DefaultPass is the mark, in percent, from which a judge's answer counts as right.
	DefaultPass = 70

	// mostAnswer is how much of an answer is kept and shown, in bytes. Scorers see all of it.
	mostAnswer = 64 << 10
)

// How a node works. parallel questions of one run are under way at a time, and atOnce runs.
const (
	parallel = 4
	atOnce   = 2
	// lease is how long a node has a run without a sign of life; it gives one every third of it. A killed node's runs are taken over
	// after it.
	lease = 30 * time.Second
	poll  = 5 * time.Second
	// asked is how often one question may be sent: once more than once, if its answer was lost with a node.
	asked = 2
	// busy is how often a question is put back that a rate limit or a full gateway turned away, and pause how long it waits at most.
	busy  = 8
	pause = 20 * time.Second
	// timeout is of one question, all attempts.
	timeout = 2 * time.Minute
)

// MayRead reads datasets and runs that the actor sees; MayRun makes and runs them.
const (
	MayRead = org.Viewer
	MayRun  = org.Developer
)
