package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Login is a log-in that waits for a person to confirm it in a browser (RFC 8628).
type Login struct {
	UserCode string `json:"user_code"`                 // what the person compares or types
	Page     string `json:"verification_uri"`          // where
	Link     string `json:"verification_uri_complete"` // the same, with the code in it
	Seconds  int    `json:"expires_in"`
	Interval int    `json:"interval"` // seconds between two questions

	code, base string
	http       *http.Client
	wait       func(ctx context.Context, d time.Duration) error
}

// StartLogin asks an installation for a code. program is how it is called on the page: "bodhi on ada-laptop".
func StartLogin(ctx context.Context, baseURL, program string) (*Login, error) {
	l := &Login{base: strings.TrimRight(baseURL, "/"), http: &http.Client{Timeout: 30 * time.Second}, wait: sleep}
	var answer struct {
		*Login
		Code  string `json:"device_code"`
		Error string `json:"error"`
		Text  string `json:"error_description"`
	}
	answer.Login = l
	if err := l.post(ctx, "/oauth/device_authorization", url.Values{"client_id": {"bodhi-cli"}, "client_name": {program}}, &answer); err != nil {
		return nil, err
	}
	if answer.Error != "" || answer.Code == "" {
		return nil, fmt.Errorf("the log-in could not begin: %s", answer.Text)
	}
	l.code, l.Interval = answer.Code, max(answer.Interval, 1)
	return l, nil
}

// ErrRefused says that the person refused; ErrTooLate that nobody confirmed in time.
var (
	ErrRefused = errors.New("the log-in was refused in the browser")
	ErrTooLate = errors.New("nobody confirmed the log-in in time; begin again")
)

// Wait asks until the person has confirmed, and gives the token.
func (l *Login) Wait(ctx context.Context) (token string, err error) {
	interval := time.Duration(l.Interval) * time.Second
	form := url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {l.code}, "client_id": {"bodhi-cli"}}
	for {
		if err := l.wait(ctx, interval); err != nil {
			return "", err
		}
		var answer struct {
			Token string `json:"access_token"`
			Error string `json:"error"`
			Text  string `json:"error_description"`
		}
		if err := l.post(ctx, "/oauth/token", form, &answer); err != nil {
			return "", err
		}
		switch answer.Error {
		case "":
			return answer.Token, nil
		case "authorization_pending":
		case "slow_down":
			interval += 5 * time.Second
		case "access_denied":
			return "", ErrRefused
		case "expired_token":
			return "", ErrTooLate
		default:
			return "", fmt.Errorf("the log-in failed: %s %s", answer.Error, answer.Text)
		}
	}
}

func (l *Login) post(ctx context.Context, path string, form url.Values, out any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, l.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return fmt.Errorf("client: %w", err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("User-Agent", "bodhi-cli/login")
	answer, err := l.http.Do(r)
	if err != nil {
		return fmt.Errorf("client: %w", withoutURL(err))
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("client: read answer: %w", err)
	}
	if err := json.Unmarshal(text, out); err != nil || answer.StatusCode >= 500 {
		return problem(answer, text)
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
