package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/client"
)

type chatCmd struct {
	Prompt []string `arg:"" optional:"" help:"What to ask; without it, standard input."`
	Model  string   `help:"The model." default:"smart"`
	System string   `help:"Instructions that come before."`
	Key    string   `help:"Virtual key; better in the environment, where other users of the machine cannot see it." env:"BODHI_KEY" placeholder:"KEY" group:"Connection"`
	URL    string   `help:"The gateway's address; without it, where bodhi login was." env:"BODHI_URL" placeholder:"URL" group:"Connection"`
	JSON   bool     `help:"Print JSON: the text, its cost, the request's id." name:"json"`
}

// Run asks a model as every client of the gateway does, with a virtual key, and prints the answer as it comes.
func (c chatCmd) Run(e *env) error {
	if c.Key == "" {
		return errors.New("a virtual key asks models: put one into BODHI_KEY (bodhi key create makes one)")
	}
	if c.URL == "" {
		kept, err := readAccount()
		if err != nil {
			return err
		}
		if c.URL = kept.URL; c.URL == "" {
			return errors.New("say where: --url https://gateway.example.com, BODHI_URL, or run bodhi login first")
		}
	}
	text := strings.Join(c.Prompt, " ")
	if text == "" {
		all, err := io.ReadAll(io.LimitReader(e.stdin(), 32<<20))
		if err != nil {
			return err
		}
		if text = strings.TrimSpace(string(all)); text == "" {
			return errors.New("there is nothing to ask: give a prompt, or write it to standard input")
		}
	}
	answer, err := c.ask(e, text)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	said, cost, err := c.read(e, answer.Body)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.out, map[string]string{"text": said, "cost_usd": cost, "model": answer.Header.Get("X-Bodhi-Model"), "request_id": answer.Header.Get("X-Request-Id")})
	}
	if cost != "" {
		cost = " Cost: $" + cost + "."
	}
	_, err = fmt.Fprintf(e.out, "\n\n[%s.%s]\n", plainCell(answer.Header.Get("X-Bodhi-Model")), cost)
	return err
}

func (c chatCmd) ask(e *env, text string) (*http.Response, error) {
	messages := []client.Message{{Role: "user", Content: text}}
	if c.System != "" {
		messages = append([]client.Message{{Role: "system", Content: c.System}}, messages...)
	}
	return client.StartChat(e.ctx, c.URL, c.Key, c.Model, messages, client.WithAgent("bodhi-cli/"+version))
}

// read prints a stream's text as it comes, and gives it with the cost that the gateway says at its end. A stream without its end
// mark is a failure.
func (c chatCmd) read(e *env, body io.Reader) (said, cost string, err error) {
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, 8<<20)
	var all strings.Builder
	for lines.Scan() {
		line := lines.Text()
		if after, ok := strings.CutPrefix(line, ": x-bodhi-cost-usd="); ok {
			cost = after
		}
		data, ok := strings.CutPrefix(line, "data: ")
		if !ok {
			continue
		}
		if data == "[DONE]" {
			return all.String(), cost, nil
		}
		var event struct {
			Choices []struct {
				Delta struct {
					Content string `json:"content"`
				} `json:"delta"`
			} `json:"choices"`
			Error *struct {
				Message string `json:"message"`
			} `json:"error"`
		}
		if err := json.Unmarshal([]byte(data), &event); err != nil {
			return "", "", fmt.Errorf("the answer is not what this client knows: %w", err)
		}
		if event.Error != nil {
			return "", "", errors.New(event.Error.Message)
		}
		for _, choice := range event.Choices {
			all.WriteString(choice.Delta.Content)
			if !c.JSON {
				fmt.Fprint(e.out, printableText(choice.Delta.Content))
			}
		}
	}
	return "", "", errors.Join(errors.New("the answer broke off"), lines.Err())
}

// printableText is a model's text for a terminal: lines and tabs stay, what would move the cursor does not.
func printableText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return -1
		}
		return r
	}, s)
}
