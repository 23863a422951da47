package cache

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/app/cache/semantic"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// asked is a question that may be answered by another one's answer. It belongs to one request.
type asked struct {
	prefix   semantic.Prefix
	text     string
	question *semantic.Question
	vector   *semantic.Vector // nil until a model made it, where one is to
	demand   Demand
}

// liken reads the question out of a request, and makes the prefix within which it may be compared: the exact cache's key, made without
// the question. Whatever else the request says counts byte for byte. nil is a request that only its very equal answers.
func (d *Desk) liken(a *Ask, r *Record) *asked {
	if a.Want == ExactOnly || a.Call.Operation != llm.Chat {
		return nil
	}
	at, text, ok := lastText(a.Call)
	if !ok {
		return nil
	}
	q, ok := semantic.Parse(text)
	if !ok {
		return nil
	}
	body := a.Call.Body
	bare := make([]byte, 0, len(body)-(at.To-at.From)+2)
	bare = append(append(append(bare, body[:at.From]...), `""`...), body[at.To:]...)
	shape, ok := shapeOf(&llm.Call{Family: a.Call.Family, Body: bare}, r.Sharing != User)
	if !ok {
		return nil
	}
	key, _ := d.key("1 like "+r.Like.embedder()+"\n", a, r.Sharing, &shape)
	out := &asked{prefix: semantic.Prefix(key), text: strings.TrimSpace(text), question: q, demand: d.demand(a.Chain.Org, semantic.Prefix(key))}
	if r.Like.embedder() == "" {
		out.vector = q.Vector()
	}
	return out
}

// turns is the field of a request that holds its conversation, by the API it came on.
var turns = map[llm.Family]string{llm.OpenAI: "messages", llm.Anthropic: "messages", llm.Bedrock: "messages", llm.Gemini: "contents", llm.Responses: "input"}

// lastText finds the last thing that was said, where it is a user's and one text, and where in the body it stands.
func lastText(c *llm.Call) (at scan.Text, text string, ok bool) {
	field := turns[c.Family]
	cursor := scan.New(c.Body)
	if field == "" || !cursor.Object() {
		return at, "", false
	}
	for found := 0; ; {
		key, more := cursor.Key()
		if !more {
			return at, string(cursor.Value(at, nil)), ok && found == 1 && cursor.Err() == nil
		}
		if nameOf(&cursor, key) != field {
			cursor.Skip()
			continue
		}
		found++
		if cursor.Kind() == scan.String { // Responses: the question itself
			at, ok = cursor.String()
			continue
		}
		if !cursor.Array() {
			return at, "", false
		}
		for user, before := false, false; cursor.More(); before = user {
			at, user, ok = turn(&cursor)
			ok = ok && !before // two in a row are one question to some providers
		}
	}
}

func nameOf(c *scan.Cursor, key scan.Text) string { return string(c.Bytes(key.From+1, key.To-1)) }

// turn reads one turn, and finds its text if it is a user's with nothing else.
func turn(c *scan.Cursor) (at scan.Text, user, ok bool) {
	if c.Kind() != scan.Object {
		c.Skip()
		return at, false, false
	}
	c.Object()
	texts, others := 0, 0
	for {
		key, more := c.Key()
		if !more {
			return at, user, user && texts == 1 && others == 0
		}
		switch nameOf(c, key) {
		case "role":
			role, is := c.String()
			user = is && string(c.Value(role, nil)) == "user"
		case "content", "parts":
			t, n, other := said(c)
			if texts, others = texts+n, others+other; n > 0 {
				at = t
			}
		default:
			c.Skip()
		}
	}
}

// said reads what a turn holds: a text, or a list of parts.
func said(c *scan.Cursor) (at scan.Text, texts, others int) {
	switch c.Kind() {
	case scan.String:
		at, _ = c.String()
		return at, 1, 0
	case scan.Array:
		c.Array()
	default:
		c.Skip()
		return at, 0, 1
	}
	for c.More() {
		if c.Kind() != scan.Object {
			c.Skip()
			others++
			continue
		}
		c.Object()
		before := texts
		for {
			key, more := c.Key()
			if !more {
				break
			}
			if nameOf(c, key) == "text" && c.Kind() == scan.String {
				at, _ = c.String()
				texts++
				continue
			}
			c.Skip()
		}
		if texts == before {
			others++
		}
	}
	return at, texts, others
}
