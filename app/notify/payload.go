package notify

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/bodhi-gateway/bodhi/app/secret"
)

// post sends one event to its channel.
func (c *Courier) post(ctx context.Context, p Parcel) error {
	lead, e := p.Deliveries[0], p.Events[0]
	ch, err := c.channelOf(ctx, lead)
	if err != nil {
		return err
	}
	address, err := c.Vault.Open(ctx, ch.Org, sealedTable, "address", ch.ID.UUID(), ch.Address)
	if err != nil {
		return err
	}
	if ch.Kind == SlackApp {
		return c.outcome(ctx, ch, c.say(ctx, ch, address, lead, e))
	}
	body, err := c.payload(ch.Kind, e)
	if err != nil {
		return err
	}
	header := http.Header{}
	if ch.Kind == Webhook {
		keys, err := c.keys(ctx, ch)
		if err != nil {
			return err
		}
		if header, err = sign(lead.ID.String(), c.Clock.Now(), body, keys...); err != nil {
			return err
		}
	}
	return c.outcome(ctx, ch, c.Wire.post(ctx, address, body, header))
}

// outcome keeps with a channel what its last message met, and turns it off if it wants no more.
func (c *Courier) outcome(ctx context.Context, ch Channel, err error) error {
	gone := errors.Is(err, errGone)
	problem := ""
	if err != nil {
		problem = err.Error()
	}
	if problem != ch.Problem || gone {
		if kept := c.Channels.Trouble(context.WithoutCancel(ctx), ch.Org, ch.ID, problem, gone); kept != nil && err == nil {
			c.Log.WarnContext(ctx, "what a channel answered was not kept", "channel", ch.ID.String(), "error", kept.Error())
		}
	}
	if gone {
		return &ending{Dead, problem}
	}
	return err
}

// keys are a webhook's secrets, the present one first; the one before it as long as it is good.
func (c *Courier) keys(ctx context.Context, ch Channel) ([]secret.String, error) {
	now, err := c.Vault.Open(ctx, ch.Org, sealedTable, "secret", ch.ID.UUID(), ch.Secret)
	if err != nil {
		return nil, err
	}
	out := []secret.String{now}
	if len(ch.Former) > 0 && c.Clock.Now().Before(ch.FormerUntil) {
		former, err := c.Vault.Open(ctx, ch.Org, sealedTable, "former", ch.ID.UUID(), ch.Former)
		if errors.Is(err, secret.ErrTampered) {
			return out, nil // not ours, or from before each column had a place of its own: it would be over within a day anyway
		}
		if err != nil {
			return nil, err
		}
		out = append(out, former)
	}
	return out, nil
}

// message is what a webhook gets.
type message struct {
	Type      Kind      `json:"type"`
	Timestamp time.Time `json:"timestamp"` // when it happened
	Data      data      `json:"data"`
}

type data struct {
	Event        string            `json:"event"` // the same for all channels
	Organization string            `json:"organization"`
	Team         string            `json:"team,omitempty"`
	Title        string            `json:"title"`
	Text         string            `json:"text,omitempty"`
	URL          string            `json:"url"`
	Details      map[string]string `json:"details,omitempty"`
}

// payload is an event in the words of a channel's kind. Texts are given as plain text, so that no name in them becomes a link, a
// mention or a format.
func (c *Courier) payload(k ChannelKind, e Event) ([]byte, error) {
	title, where := e.Title, c.PublicURL+e.Href
	if e.Abroad != "" {
		title = e.Abroad
	}
	var out any
	switch k {
	case Slack:
		out = slack(title, e.Body, where)
	case Teams:
		out = teams(title, e.Body, where)
	default:
		m := message{Type: e.Kind, Timestamp: e.At, Data: data{Event: e.ID.String(), Organization: e.Org.String(), Title: title, Text: e.Body, URL: where, Details: e.Details}}
		if !e.Team.IsZero() {
			m.Data.Team = e.Team.String()
		}
		out = m
	}
	return json.Marshal(out)
}

type object map[string]any

// slackEscape is what Slack asks for in text; without it <!channel> would call everybody.
var slackEscape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func slack(title, body, where string) object {
	plain := func(text string) object { return object{"type": "plain_text", "text": text, "emoji": false} }
	blocks := []object{{"type": "section", "text": plain(cut(title))}}
	if body != "" {
		blocks = append(blocks, object{"type": "section", "text": plain(cut(body))})
	}
	blocks = append(blocks, object{"type": "actions", "elements": []object{{"type": "button", "text": plain("Open in Bodhi Gateway"), "url": where}}})
	return object{"text": slackEscape.Replace(title), "blocks": blocks, "unfurl_links": false, "unfurl_media": false}
}

// mostSection is how long a section's text may be in Slack, which refuses a message with a longer one.
const mostSection = 3000

// cut shortens a text to that, in units of UTF-16: nobody says how Slack counts, and there are as many or more of these.
func cut(text string) string {
	n, end := 0, 0 // end is where an ellipsis still has a place
	for i, r := range text {
		if n <= mostSection-1 {
			end = i
		}
		if n += utf16.RuneLen(r); n > mostSection {
			return text[:end] + "…"
		}
	}
	return text
}

// teams is an adaptive card. Its texts are runs of a rich text block, because a text block would read Markdown.
func teams(title, body, where string) object {
	run := func(text, weight string) object {
		return object{"type": "RichTextBlock", "inlines": []object{{"type": "TextRun", "text": text, "weight": weight}}}
	}
	content := []object{run(title, "Bolder")}
	if body != "" {
		content = append(content, run(body, "Default"))
	}
	card := object{"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4", "body": content,
		"actions": []object{{"type": "Action.OpenUrl", "title": "Open in Bodhi Gateway", "url": where}}}
	return object{"type": "message", "attachments": []object{{"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": nil, "content": card}}}
}
