package notify

// Kind is what sort of event a notice is about. It is stored and stands in webhooks, so it never changes.
type Kind string

// The kinds.
const (
	Asked     Kind = "approval_asked"         // somebody asks for what the reader may decide
	Decided   Kind = "approval_decided"       // somebody decided what the reader asked for
	Budget    Kind = "budget_threshold"       // a budget that the reader answers for, or lives on, crossed a threshold
	Forecast  Kind = "budget_forecast"        // a budget will not last its period
	Escalated Kind = "budget_escalated"       // nobody looked at a budget that is used up
	Anomaly   Kind = "spend_anomaly"          // a team spends far more than it usually does at this hour
	Away      Kind = "target_away"            // a provider's target takes no requests
	Back      Kind = "target_back"            // it takes requests again
	Expiring  Kind = "key_expiring"           // a key stops within a week
	Misused   Kind = "key_misused"            // somebody tried a key after its end
	SignIn    Kind = "new_sign_in"            // the reader logged in from a browser or network that is new for them
	Repriced  Kind = "price_changed"          // a model that the organization used lately costs something else
	Billed    Kind = "billing"                // a payment failed, the trial ends, or the plan's seats are taken
	Concluded Kind = "experiment_finished"    // an experiment is decided, or was stopped
	Undone    Kind = "experiment_rolled_back" // a variant of an experiment did harm and was taken back
	Batched   Kind = "batch_finished"         // a batch of the reader's key is over, or waits for them
	Tested    Kind = "channel_test"           // an admin tries a channel
)

// trait is what is special about a kind.
type trait struct {
	label  string
	urgent bool // security and money running out: no quiet hours, no digest
	// own says that its room writes the letter (Courier.Own), with links that only one person may have.
	own      bool
	personal bool // nobody else's business, so no channel's
}

var traits = map[Kind]trait{
	Asked:     {label: "Somebody asks for your decision", own: true},
	Decided:   {label: "Your request was decided", own: true, personal: true},
	Budget:    {label: "A budget crossed a threshold"},
	Forecast:  {label: "A budget will not last its period"},
	Escalated: {label: "Nobody reacted to a budget that is used up", urgent: true},
	Anomaly:   {label: "Spend is unusually high"},
	Away:      {label: "A target is out of service", own: true},
	Back:      {label: "A target is back", own: true},
	Expiring:  {label: "A key is about to stop"},
	Misused:   {label: "A key was tried after its end", urgent: true},
	SignIn:    {label: "A log-in from a new browser or network", urgent: true, personal: true},
	Repriced:  {label: "The price of a model you use changed"},
	Billed:    {label: "A payment, the trial or seats need you", own: true, personal: true},
	Concluded: {label: "An experiment is over: its report", own: true},
	Undone:    {label: "A variant of an experiment was taken back", own: true},
	Batched:   {label: "A batch is over, or waits for you"},
	Tested:    {label: "A test", urgent: true},
}

// Kinds are all that people can choose of, in the order of forms.
var Kinds = []Kind{Asked, Decided, Budget, Forecast, Escalated, Anomaly, Away, Back, Expiring, Misused, SignIn, Repriced, Billed, Concluded, Undone, Batched}

// Shared are those that channels may get.
func Shared() (out []Kind) {
	for _, k := range Kinds {
		if !traits[k].personal {
			out = append(out, k)
		}
	}
	return out
}

// Label says the kind in a few words.
func (k Kind) Label() string { return traits[k].label }

// Alone reports whether letters of the kind are their room's, and stand together with no other event.
func (k Kind) Alone() bool { return traits[k].own }

// AtOnce reports whether letters of the kind wait for no digest and no morning.
func (k Kind) AtOnce() bool { return traits[k].urgent || traits[k].own }
