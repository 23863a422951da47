package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/secret"
)

const (
	slackAPI = "https://slack.com/api"
	// sameThread is how long after a thing's first message others about it stand below that one: a week, after which nobody finds it.
	sameThread = 7 * 24 * time.Hour
)

// slackWords are Slack's errors that only a person can mend, and what to do: trying again is of no use. Whatever else it answers is
// tried again.
var slackWords = map[string]string{
	"channel_not_found": "Slack does not know the channel, or the app may not see it: check it, and invite the app",
	"not_in_channel":    "the app is not in the channel: invite it there",
	"is_archived":       "the channel is archived: choose another one",
	"invalid_auth":      "Slack does not take the token: enter the one of the installed app",
	"not_authed":        "Slack does not take the token: enter the one of the installed app",
	"account_inactive":  "the app was removed from the workspace: install it again and enter its token",
	"token_revoked":     "the token was revoked: install the app again and enter its token",
	"token_expired":     "the token has expired: enter one that does not",
	"missing_scope":     "the app lacks the scope chat:write: add it and install the app again",
	"restricted_action": "the workspace lets the app post nothing there: ask its admins",
}

// lostThread are answers that say that a thread is not there any more: somebody deleted its first message.
var lostThread = map[string]bool{"thread_not_found": true, "message_not_found": true, "invalid_thread_ts": true, "cannot_reply_to_message": true}

// slackError is an answer that is none of the above.
type slackError string

// Error implements error. The word is a stranger's, so it is shortened.
func (e slackError) Error() string { return "Slack answered " + fmt.Sprintf("%.60q", string(e)) }

// say posts as a Slack app. Messages about one page of ours within sameThread stand in one thread, and in the channel as well: an
// alert that only a thread shows is read by nobody. The message carries its delivery's id, so that a second one can be told.
func (c *Courier) say(ctx context.Context, ch Channel, token secret.String, d Delivery, e Event) error {
	title := e.Title
	if e.Abroad != "" {
		title = e.Abroad
	}
	about, now := thread(e), c.Clock.Now()
	first, err := c.Channels.Thread(ctx, ch.Org, ch.ID, about, now.Add(-sameThread))
	if err != nil { // a thread of its own is better than no word
		c.Log.WarnContext(ctx, "a thread in Slack was not found", "channel", ch.ID.String(), "error", err.Error())
	}
	message := slack(title, e.Body, c.PublicURL+e.Href)
	message["channel"] = ch.Room
	message["metadata"] = object{"event_type": "bodhi_" + string(e.Kind), "event_payload": object{"delivery": d.ID.String(), "event": e.ID.String()}}
	if first != "" {
		message["thread_ts"], message["reply_broadcast"] = first, true
	}
	name, err := c.Wire.slack(ctx, c.SlackAPI, token, message)
	var word slackError
	if first != "" && errors.As(err, &word) && lostThread[string(word)] {
		delete(message, "thread_ts")
		delete(message, "reply_broadcast")
		first = ""
		name, err = c.Wire.slack(ctx, c.SlackAPI, token, message)
	}
	if err != nil || first != "" || name == "" {
		return err
	}
	// The message is there. Without this the next one begins a thread of its own, which is no reason to send this one again.
	if kept := c.Channels.KeepThread(context.WithoutCancel(ctx), ch.Org, ch.ID, about, name, now); kept != nil {
		c.Log.WarnContext(ctx, "a thread in Slack was not kept", "channel", ch.ID.String(), "error", kept.Error())
	}
	return nil
}

// slack calls chat.postMessage and gives the message's name there (ts).
func (w *Wire) slack(ctx context.Context, api string, token secret.String, message object) (string, error) {
	if api == "" {
		api = slackAPI
	}
	body, err := json.Marshal(message)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, w.patience())
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, api+"/chat.postMessage", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	r.Header.Set("Authorization", "Bearer "+token.Reveal())
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("User-Agent", w.Agent)
	resp, err := w.Out.RoundTrip(r)
	if err != nil {
		return "", trouble(ctx, err)
	}
	defer func() { _ = resp.Body.Close() }()
	wait := after(resp.Header.Get("Retry-After"))
	if resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusServiceUnavailable {
		return "", &busy{resp.StatusCode, wait}
	}
	var answer struct {
		OK    bool   `json:"ok"`
		Error string `json:"error"`
		TS    string `json:"ts"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 256<<10)).Decode(&answer); err != nil || resp.StatusCode >= 300 {
		return "", fmt.Errorf("it answered %d, and nothing that can be read", resp.StatusCode)
	}
	switch words := slackWords[answer.Error]; {
	case answer.OK:
		return answer.TS, nil
	case answer.Error == "ratelimited" || answer.Error == "rate_limited":
		return "", &busy{resp.StatusCode, wait}
	case words != "":
		return "", &ending{Dead, words}
	}
	return "", slackError(answer.Error)
}
