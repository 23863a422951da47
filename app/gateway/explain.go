package gateway

import (
	"errors"
	"io"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// failureOf sorts an error into a class. Adapters return *provider.Failure; everything else is the transport's.
func (g *Gateway) failureOf(x *Exchange, err error) *provider.Failure {
	x.clientOut = x.R.Context().Err() != nil
	var f *provider.Failure
	if errors.As(err, &f) {
		return f
	}
	f = &provider.Failure{Status: x.try.status, Cause: err}
	var pub *fault.Error
	switch {
	case x.clientOut:
		f.Class = provider.Canceled
	case x.try.leash.over() != 0:
		f.Class, f.Message = provider.Slow, "waited in vain for "+phases[x.try.leash.over()]
	case !x.try.opened:
		f.Class = provider.Unreachable
		if errors.As(err, &pub) {
			f.Message = pub.Public
		}
	case x.try.status != 0 && !x.Call.Stream && errors.Is(err, llm.ErrTruncated):
		// A document was generated to its end before its first byte came: it is billed, however much of it arrived.
		f.Class, f.Message = provider.Ambiguous, "its answer broke off"
	case x.try.status != 0 && (errors.Is(err, io.EOF) || errors.As(err, &pub) && pub.Kind == fault.Upstream):
		f.Class, f.Message = provider.Garbled, "the answer broke off before it began"
	default:
		f.Class = provider.Ambiguous
	}
	return f
}

// final reports whether no other target should be asked: the request itself is wrong, the client is gone, or time is up.
func (x *Exchange) final(f *provider.Failure) bool {
	var pub *fault.Error
	if errors.As(f.Cause, &pub) && pub.Kind == fault.Unavailable {
		return true // our own journal refused; another target would not help
	}
	return x.clientOut || f.Class == provider.Refused && !x.goesOn(f)
}

// explain turns the last failure into what the client is told.
func (g *Gateway) explain(x *Exchange, a *attempt, f *provider.Failure) error {
	name := a.target.Connection.Name
	var pub *fault.Error
	switch {
	case errors.As(f.Cause, &pub) && pub.Kind == fault.Unavailable:
		return pub
	case x.clientOut:
		return fault.New(fault.Upstream, "client_closed", "The client closed the request.").Because(errClientGone)
	case f.Class == provider.Untold:
		return g.suggest(x, pub)
	case (f.Class == provider.Refused || f.Class == provider.Withheld) && f.Problem != nil:
		if d, ok := x.Dialect.(headed); ok {
			maps.Copy(x.W.Header(), d.ProblemHeader(f.Problem))
		}
		x.Answer = &Answer{Status: max(f.Status, f.Problem.Status), Body: x.Dialect.Problem(f.Problem, x.ID.String())}
		return nil
	case f.Class == provider.Slow, !g.clock.Now().Before(x.until):
		return fault.Newf(fault.Timeout, "upstream_timeout", "The provider %q did not answer in time (%s). Try again, or allow more time with the header x-bodhi-timeout.", name, g.clock.Now().Sub(x.Started).Round(time.Millisecond)).Because(f)
	}
	kind, what := fault.Upstream, "failed"
	switch f.Class {
	case provider.RateLimited, provider.Overloaded:
		kind, what = fault.Unavailable, "is overloaded or limits our rate"
	case provider.Quota:
		what = "says that its account has no credit left"
	case provider.Credential:
		what = "refused our credential"
	case provider.Unreachable:
		what = "could not be reached"
	case provider.Garbled:
		what = "gave an answer that is not one"
	case provider.Ambiguous:
		if what = "closed the connection without an answer"; a.status != 0 {
			what = "did not answer to the end"
		}
	}
	e := fault.Newf(kind, "upstream_failed", "The provider %q %s%s. %s; try again, or ask whoever manages connections.", name, what, quoted(f), x.efforts()).Because(f)
	if kind == fault.Unavailable {
		e.RetryAfter = min(max(f.RetryAfter, time.Second), time.Minute)
	}
	return e
}

// efforts says what was tried.
func (x *Exchange) efforts() string {
	said := strconv.Itoa(x.turn.next) + " of " + strconv.Itoa(len(x.Plan.Targets)) + " targets were tried"
	switch {
	case len(x.Plan.Targets) == 1:
		said = "The only target was tried"
	case x.turn.next == 1:
		said = strings.Replace(said, "were", "was", 1)
	}
	if x.tries == 1 {
		return said
	}
	return said + ", " + strconv.Itoa(x.tries) + " times in all"
}

func quoted(f *provider.Failure) string {
	s := ""
	if f.Status != 0 {
		s = " (status " + strconv.Itoa(f.Status) + ")"
	}
	if f.Message != "" && f.Class != provider.Credential { // those sentences quote parts of the key
		s += `: "` + f.Message + `"`
	}
	return s
}
