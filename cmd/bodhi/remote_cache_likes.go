package main

import (
	"net/url"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/client"
)

// cacheLikesCmd is without what was asked: the API never says it.
type cacheLikesCmd struct {
	List  cacheLikesListCmd `cmd:"" default:"withargs" help:"List them, newest first, without what was asked."`
	Right cacheRightCmd     `cmd:"" help:"Say that one answer serves both questions."`
	Wrong cacheWrongCmd     `cmd:"" help:"Say that it does not: it is cleared if it was given, and more is asked of requests like it."`
}

type cacheLikesListCmd struct {
	remoteFlags
	Entry string `help:"Only of this kept answer, by its key." placeholder:"KEY"`
	Most  *int   `help:"How many at most; 0 is all. Without it a table has 100, and JSON all."`
}

func (c cacheLikesListCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	q := url.Values{}
	if c.Entry != "" {
		q.Set("entry", c.Entry)
	}
	return printAll(c.remoteFlags, e.out, bounded(e, c.remoteFlags, c.Most, 100, api.Cache().AllLikes(e.ctx, q)), "No answer was found for a question worded differently.", []string{"ID", "AT", "MODEL", "MODE", "RULE", "SIMILARITY", "GIVEN", "SAVES (USD)", "VERDICT"}, func(x client.Like) []string {
		given := "no"
		if x.Served {
			given = "yes"
		}
		return []string{x.ID, day(x.At), x.Model, x.Mode, x.Rule, strconv.FormatFloat(x.Similarity, 'f', 2, 64), given, x.SavedUSD, x.Verdict}
	})
}

type likeFlags struct {
	remoteFlags
	ID string `arg:"" help:"Id of the pair, as list shows it: the request that it was found for."`
}

type (
	cacheRightCmd struct{ likeFlags }
	cacheWrongCmd struct{ likeFlags }
)

func (c cacheRightCmd) Run(e *env) error { return c.judge(e, "right") }
func (c cacheWrongCmd) Run(e *env) error { return c.judge(e, "wrong") }

func (c likeFlags) judge(e *env, verdict string) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	x, err := api.Cache().Judge(e.ctx, c.ID, client.JudgeInput{Verdict: verdict})
	if err != nil {
		return err
	}
	return c.printOne(e.out, x, "Noted", x.Verdict+": "+x.Model+", "+x.Rule+", "+strconv.FormatFloat(x.Similarity, 'f', 2, 64))
}
