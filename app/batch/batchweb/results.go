package batchweb

import (
	"encoding/json"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/web"
)

func (h *Handlers) results(c *web.Context) error {
	which, err := batchID(c)
	if err != nil {
		return err
	}
	if c.QueryParam("format") != "csv" {
		return h.lines(c, which)
	}
	tell, err := h.Batches.Each(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.StreamCSV(which.String()+".csv", columns, func(write func([]string) error) error {
		return tell(func(i batch.Item) error { return write(cells(&i)) })
	})
}

var columns = []string{"line", "custom_id", "state", "answer", "status", "code", "error", "cost_usd", "took_ms", "request_id"}

func cells(i *batch.Item) []string {
	s := read(i.Line)
	request := ""
	if !i.Request.IsZero() {
		request = i.Request.String()
	}
	return []string{strconv.Itoa(i.Number), s.customID, string(i.Step), s.text, strconv.Itoa(i.Status), i.Code, s.refusal, i.Cost.String(), strconv.FormatInt(i.Took.Milliseconds(), 10), request}
}

// said is what people read of a result.
type said struct{ customID, text, refusal string }

// body is what is read of an answer, whoever's words it is in. What else there is stands in the lines of JSON.
type body struct {
	Choices []struct {
		Text    string `json:"text"`
		Message struct {
			Content string `json:"content"`
		} `json:"message"`
	} `json:"choices"`
	Content []struct {
		Text string `json:"text"`
	} `json:"content"`
	Output []struct {
		Content []struct {
			Text string `json:"text"`
		} `json:"content"`
	} `json:"output"`
	Error *struct {
		Message string `json:"message"`
	} `json:"error"`
}

func read(line []byte) (out said) {
	var v struct {
		CustomID string `json:"custom_id"`
		Response *struct {
			Body json.RawMessage `json:"body"`
		} `json:"response"`
		Error *struct {
			Message string `json:"message"`
		} `json:"error"`
		Result *struct {
			Type    string          `json:"type"`
			Message json.RawMessage `json:"message"`
			Error   json.RawMessage `json:"error"`
		} `json:"result"`
	}
	_ = json.Unmarshal(line, &v) // a line of ours
	out.customID = v.CustomID
	var texts []json.RawMessage
	if v.Response != nil {
		texts = append(texts, v.Response.Body)
	}
	if v.Error != nil {
		out.refusal = v.Error.Message
	}
	if r := v.Result; r != nil {
		texts = append(texts, r.Message, r.Error)
		if r.Type == "expired" || r.Type == "canceled" {
			out.refusal = "It was not asked: " + r.Type + "."
		}
	}
	for _, t := range texts {
		var b body
		if len(t) == 0 || json.Unmarshal(t, &b) != nil {
			continue
		}
		for _, choice := range b.Choices[:min(len(b.Choices), 1)] {
			out.text += choice.Message.Content + choice.Text
		}
		for _, c := range b.Content {
			out.text += c.Text
		}
		for _, o := range b.Output {
			for _, c := range o.Content {
				out.text += c.Text
			}
		}
		if b.Error != nil {
			out.refusal = b.Error.Message
		}
	}
	return out
}
