package gateway

import (
	"net/http"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/object"
	"github.com/bodhi-gateway/bodhi/app/patience"
	"github.com/bodhi-gateway/bodhi/app/pii"
	"github.com/bodhi-gateway/bodhi/app/policy"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/turnstile"
)

// Exchange is one client request on its way through the pipeline. Stages fill it from top to bottom; it belongs to one
// goroutine, and nothing keeps it after the last Finish.
type Exchange struct {
	ID       id.Request
	W        http.ResponseWriter
	R        *http.Request
	Slug     string // organization named in the URL, "" without one
	Endpoint *endpoint
	Named    string      // what the path names: a model, an id; "" without
	Dialect  llm.Dialect // the client's, in which it is answered whatever happens
	Started  time.Time   // injected wall clock; its monotonic reading measures

	Grant *key.Grant   // authenticate
	bound policy.Bound // admit
	// claimed are the approvals on which this request counts as a use.
	claimed []id.Approval
	Hints   Hints             // authenticate
	Call    *llm.Call         // decode
	Plan    route.Plan        // plan
	ask     route.Ask         // plan: what the rules were asked
	trace   route.Trace       // plan: how they answered, in a dry run
	choice  experiment.Choice // compose or assign: the variant it gets; plan may take it back
	drawn   bool              // compose: it was asked which
	own     []route.Target    // plan: the variant's targets
	opening route.Target      // plan: the one that is asked first, if the request counts for its experiment
	try     *attempt          // reserve and dispatch: the attempt under way
	tries   int
	visit   turnstile.Visit // enter
	due     bool            // decode: the body has a deadline
	read    bool            // decode: all of the body was read
	away    bool            // enter: it was sent away, and is counted but not recorded
	kept    object.Object   // plan: what a call about a kept answer is about
	asked   bool            // an attempt reached a provider, so the request is counted

	patience *patience.Policy // reserve
	until    time.Time        // reserve: when the request's time is over
	turn     turn             // reserve and dispatch
	heard    time.Time        // when the client last saw a byte, as far as assure needs to know

	slot  *cache.Slot // recall; nil = the cache has no part in this
	hit   *cache.Hit  // recall: the answer that was there
	lead  *cache.Lead // recall: this request asks for all that want the same
	taken *taken      // respond: the answer as it went to the client, for the cache
	first string      // recall: the model that is asked first
	renew bool        // nobody waits for this answer but the cache
	elder id.Request  // where renew: the request that got the old answer, whose variant this one gets
	inner bool        // the gateway itself asks, within another request

	carbon *carbon // transcribe: the answer as it goes to the client, where its team keeps texts

	returned *batch.NativeAnswer // the answer is there already: a provider's batch gave it
	deferred bool                // dispatch: it was taken along to be handed over, and is recorded when its answer is there

	guard *pii.Guard // screen: what the answer passes; nil = nothing
	found pii.Result // screen: what the request holds

	stored []byte // decode: the body of a request for a stored prompt, until compose made a call of it
	prompt string // compose: the stored prompt and its version, "prompt:name@v3"; "" without

	similar string // recall: how alike the question was that the answer is of

	Answer *Answer // recall or dispatch
	Err    error   // the refusal, if one happened

	fact      ledger.Request
	decisions strings.Builder
	warnings  []string
	upstream  time.Duration // time spent waiting for the provider before its first event
	spent     money.USD     // cost of all settled attempts
	tried     []ledger.Try  // the settled attempts, if a tracer wants them
	wrote     bool          // a byte reached the client
	clientOut bool          // the client went away
	said      []string      // values of headers
	room      [16]string    // for them
	hops      []string      // targets that failed, and how
	early     bool          // what the client got so far are signs of life
	aboard    int64         // bytes of its body that the flight counts
	torn      bool          // the answer broke off where no error can be said: the connection must break as well
}

// Answer is where the client's answer comes from.
type Answer struct {
	Stream llm.Stream
	// First is the event that proved the stream alive, and Head the bytes of those before it; they were read before anything was
	// sent to the client.
	First llm.Event
	Head  []byte
	// Status and Body answer without a stream: a dry run, a count of tokens, or the provider's own refusal of the request.
	Status int
	Body   []byte
	Cached string // "hit", "semantic", or ""
	// Resort names what stands in for a provider's answer, "default" or "cached"; Body is what is sent then, and End what comes behind it.
	Resort string
	End    []byte
}

// say sets a header of the answer, whose name is canonical. The values share one array instead of having one each.
func (x *Exchange) say(name, value string) {
	if x.said == nil {
		x.said = x.room[:0]
	}
	n := len(x.said)
	x.said = append(x.said, sayable(value))
	x.W.Header()[name] = x.said[n : n+1 : n+1]
}

// sayable is a text as a header may have it: a model's name may hold anything, and clients refuse a whole answer for a zero byte.
func sayable(text string) string {
	control := func(r rune) bool { return r < ' ' || r == 0x7f }
	if strings.IndexFunc(text, control) < 0 {
		return text
	}
	return strings.Map(func(r rune) rune {
		if control(r) {
			return '?'
		}
		return r
	}, text)
}

// askedFor is what the request is recorded to ask for: the stored prompt with its version, else the model as the client wrote it.
func (x *Exchange) askedFor() string {
	if x.prompt != "" {
		return x.prompt
	}
	return clip(x.Call.Model)
}

// Began reports whether the client already saw a byte; from then on an error is an event, not a status.
func (x *Exchange) Began() bool { return x.wrote }

// note adds a line to the decision log of the request's page.
func (x *Exchange) note(parts ...string) {
	for _, p := range parts {
		x.decisions.WriteString(p)
	}
	x.decisions.WriteByte('\n')
}

// warn tells the client about something it did not ask for, in x-bodhi-warning.
func (x *Exchange) warn(s string) { x.warnings = append(x.warnings, s) }
