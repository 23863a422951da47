package notify

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// ChannelKind is what stands at the other end of a channel.
type ChannelKind string

// The kinds of channels.
const (
	Webhook ChannelKind = "webhook" // signed by the rules of Standard Webhooks
	Slack   ChannelKind = "slack"   // an incoming webhook
	// SlackApp posts as an app of the workspace, by its bot token: what is about one thing stands in one thread.
	SlackApp ChannelKind = "slack_app"
	Teams    ChannelKind = "teams" // a workflow's webhook, which takes adaptive cards
)

// ChannelKinds are all of them.
var ChannelKinds = []ChannelKind{Webhook, Slack, SlackApp, Teams}

// Label is the kind's name for people.
func (k ChannelKind) Label() string {
	switch k {
	case Slack:
		return "Slack"
	case SlackApp:
		return "Slack app"
	case Teams:
		return "Microsoft Teams"
	}
	return "Webhook"
}

// Channel is a place besides people to which an organization's events go. Whoever has its address can write there, so the address
// is a secret too.
type Channel struct {
	ID    id.Channel
	Org   id.Org
	Name  string
	Kind  ChannelKind
	Shown string // the address without what makes it secret
	// Room is where a Slack app posts: a channel's id, or its name with #. "" for other kinds.
	Room string
	// Address, Secret and Former are sealed. A Slack app has its token for an address. Former is the secret before the last rotation, good until FormerUntil. Only
	// webhooks have secrets.
	Address, Secret, Former []byte
	FormerUntil             time.Time
	// Kinds are what it hears of; empty = everything that channels may hear.
	Kinds []Kind
	// Team narrows it to the events of one team; zero = all of the organization.
	Team     id.Team
	Disabled bool
	// Problem is why it was turned off, or what the last message met; "" if that arrived.
	Problem              string
	Version              int64
	CreatedAt, UpdatedAt time.Time
}

// Hears reports whether an event goes there.
func (c Channel) Hears(e Event) bool {
	if c.Disabled || traits[e.Kind].personal || e.Kind == Tested {
		return false
	}
	return (len(c.Kinds) == 0 || slices.Contains(c.Kinds, e.Kind)) && (c.Team.IsZero() || c.Team == e.Team)
}

// ChannelStore keeps channels. *db.ChannelStore implements it.
type ChannelStore interface {
	// Channels are an organization's, by name.
	Channels(ctx context.Context, o id.Org) ([]Channel, error)
	// Channel is ErrNoChannel if there is none.
	Channel(ctx context.Context, o id.Org, c id.Channel) (Channel, error)
	// InsertChannel is ErrNameTaken if the name is.
	InsertChannel(ctx context.Context, c Channel) error
	// Thread is what a channel's other side calls the first message about a thing since then; "" if there was none.
	Thread(ctx context.Context, o id.Org, c id.Channel, about string, since time.Time) (string, error)
	// KeepThread writes that down, over what was there.
	KeepThread(ctx context.Context, o id.Org, c id.Channel, about, name string, at time.Time) error
	// UpdateChannel writes c over its row of the same Version, and raises that; ErrChannelChanged if the row has another.
	UpdateChannel(ctx context.Context, c Channel) error
	DeleteChannel(ctx context.Context, o id.Org, c id.Channel) error
	// Trouble keeps what the last message met, and turns the channel off if off. Version stays.
	Trouble(ctx context.Context, o id.Org, c id.Channel, problem string, off bool) error
}

// What stores answer.
var (
	ErrNoChannel      = errors.New("notify: no such channel")
	ErrNameTaken      = errors.New("notify: another channel has the name")
	ErrChannelChanged = errors.New("notify: the channel was changed meanwhile")
)

// ChannelInput is what a person types.
type ChannelInput struct {
	Name string
	Kind ChannelKind // when it is made; it never changes
	// Address is where messages are posted, or a Slack app's token; empty at a change leaves it.
	Address secret.String
	// Room is a Slack app's channel; empty at a change leaves it.
	Room     string
	Kinds    []Kind
	Team     id.Team
	Disabled bool
	// Seen is the UpdatedAt of what an update was made on: another one by now refuses it. Zero does not ask.
	Seen time.Time
}

// maxName bounds names of channels, in bytes.
const maxName = 80

// checked trims and refuses; urls judges the address. Kind is what the channel is or is to be.
func (in ChannelInput) checked(urls URLs, fresh bool) (ChannelInput, error) {
	in.Name = strings.TrimSpace(in.Name)
	if in.Name == "" || len(in.Name) > maxName || in.Name != line(in.Name) {
		return in, fault.Field("name", "Give the channel a name of at most 80 characters, in one line.")
	}
	if fresh && !slices.Contains(ChannelKinds, in.Kind) {
		return in, fault.Field("kind", "A channel is a webhook, slack, slack_app or teams.")
	}
	for _, k := range in.Kinds {
		if !slices.Contains(Shared(), k) {
			return in, fault.Field("kinds", "No channel can hear of \""+clip(string(k))+"\".")
		}
	}
	slices.Sort(in.Kinds)
	in.Kinds = slices.Compact(in.Kinds)
	in.Address, in.Room = secret.New(strings.TrimSpace(in.Address.Reveal())), strings.TrimSpace(in.Room)
	if in.Kind == SlackApp {
		return in, in.checkApp(fresh)
	}
	in.Room = ""
	if in.Address.IsEmpty() {
		if fresh {
			return in, fault.Field("address", "Enter the address that messages are posted to.")
		}
		return in, nil
	}
	return in, checkAddress(urls, in.Address)
}

// What Slack's tokens and channels look like. A name may hold letters of any script.
var (
	slackToken = regexp.MustCompile(`^xox[bp]-[A-Za-z0-9-]{10,250}$`)
	slackRoom  = regexp.MustCompile(`^([CGD][A-Z0-9]{6,20}|#[^\s#<>&@,]{1,80})$`)
)

func (in ChannelInput) checkApp(fresh bool) error {
	var errs []error
	if (fresh || !in.Address.IsEmpty()) && !slackToken.MatchString(in.Address.Reveal()) {
		errs = append(errs, fault.Field("address", "Enter the app's bot token, which begins with xoxb-. Slack shows it under OAuth & Permissions."))
	}
	if (fresh || in.Room != "") && !slackRoom.MatchString(in.Room) {
		errs = append(errs, fault.Field("room", "Enter the Slack channel's id, like C0123456789, or its name, like #llm-costs."))
	}
	return errors.Join(errs...)
}

// URLs judges addresses. *egress.Egress implements it.
type URLs interface {
	CheckURL(raw string) (*url.URL, error)
}

// maxAddress bounds an address in bytes.
const maxAddress = 2048

// checkAddress refuses what cannot be posted to. Other than base URLs, these addresses have a query: Teams' signature is there.
func checkAddress(urls URLs, address secret.String) error {
	text := address.Reveal()
	for _, c := range text {
		if c <= ' ' || c > '~' || c == '\\' {
			return fault.Field("address", "An address holds no spaces, control characters, backslashes or letters beyond ASCII. Copy it again.")
		}
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || len(text) > maxAddress {
		return fault.Field("address", "This is not an address that messages can be posted to. Write it in full, like https://hooks.example.com/bodhi, without a user name and without #.")
	}
	if _, err := urls.CheckURL(u.Scheme + "://" + u.Host); err != nil {
		f := *fault.From(err)
		f.Field = "address"
		return &f
	}
	return nil
}

// shown is an address for people: scheme and host, and that there is more. Paths and queries of Slack's and Teams' are what makes
// them secret.
func shown(address secret.String) string {
	u, err := url.Parse(address.Reveal())
	if err != nil {
		return ""
	}
	out := u.Scheme + "://" + u.Host
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		out += "/…"
	}
	return out
}
