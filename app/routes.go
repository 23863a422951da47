package app

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/bodhi-gateway/bodhi"
	"github.com/bodhi-gateway/bodhi/app/agent/agentweb"
	"github.com/bodhi-gateway/bodhi/app/approval/approvalweb"
	"github.com/bodhi-gateway/bodhi/app/audit/auditweb"
	"github.com/bodhi-gateway/bodhi/app/blueprint/blueprintweb"
	"github.com/bodhi-gateway/bodhi/app/budget/budgetweb"
	"github.com/bodhi-gateway/bodhi/app/bulletin/bulletinweb"
	"github.com/bodhi-gateway/bodhi/app/cache/cacheweb"
	"github.com/bodhi-gateway/bodhi/app/compliance/complianceweb"
	"github.com/bodhi-gateway/bodhi/app/document/documentweb"
	"github.com/bodhi-gateway/bodhi/app/experiment/experimentweb"
	"github.com/bodhi-gateway/bodhi/app/health/healthweb"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity/identityweb"
	"github.com/bodhi-gateway/bodhi/app/importer/importerweb"
	"github.com/bodhi-gateway/bodhi/app/join/joinweb"
	"github.com/bodhi-gateway/bodhi/app/key/keyweb"
	"github.com/bodhi-gateway/bodhi/app/limit/limitweb"
	"github.com/bodhi-gateway/bodhi/app/manual"
	"github.com/bodhi-gateway/bodhi/app/manual/manualweb"
	"github.com/bodhi-gateway/bodhi/app/notify/notifyweb"
	"github.com/bodhi-gateway/bodhi/app/onboard/onboardweb"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/patience/patienceweb"
	"github.com/bodhi-gateway/bodhi/app/pii/piiweb"
	"github.com/bodhi-gateway/bodhi/app/playground/playgroundweb"
	"github.com/bodhi-gateway/bodhi/app/policy/policyweb"
	"github.com/bodhi-gateway/bodhi/app/price/priceweb"
	"github.com/bodhi-gateway/bodhi/app/prompt/promptweb"
	"github.com/bodhi-gateway/bodhi/app/provider/providerweb"
	"github.com/bodhi-gateway/bodhi/app/reconcile/reconcileweb"
	"github.com/bodhi-gateway/bodhi/app/report/reportweb"
	"github.com/bodhi-gateway/bodhi/app/route/routeweb"
	"github.com/bodhi-gateway/bodhi/app/scim/scimweb"
	"github.com/bodhi-gateway/bodhi/app/search"
	"github.com/bodhi-gateway/bodhi/app/search/searchweb"
	"github.com/bodhi-gateway/bodhi/app/sso/ssoweb"
	"github.com/bodhi-gateway/bodhi/app/transcript/transcriptweb"
	"github.com/bodhi-gateway/bodhi/app/trial/trialweb"
	"github.com/bodhi-gateway/bodhi/app/usage/usageweb"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/billing/billingweb"
	"github.com/bodhi-gateway/bodhi/docs"
)

// routes are all URLs of the dashboard and the management API, room by room; each room's list declares who may call
// what and what is audited. The proxy's paths are gateway's own.
func (a *App) routes() []web.Route {
	budgets := a.budgets(a.treasury)
	pricing := a.otherwise()
	rooms := slices.Concat(
		identityweb.New(a.people, a.factors, a.sso).Routes(),
		identityweb.NewTree(identityweb.TreeParts{People: a.people, Keys: a.keys, Budgets: budgets, Reports: a.usage, Kept: a.retention}).Routes(),
		ssoweb.New(a.sso, a.people).Routes(),
		reportweb.New(reportweb.Parts{Reports: a.reports, Usage: a.usage, Budgets: budgets, Limits: a.limits(a.limiter), Approvals: a.asking, Keys: a.keys, Connections: a.providers, Pricing: pricing, Tail: a.tail, Feedback: a.feedback, Sharing: a.sharing, Texts: a.transcripts()}).Routes(),
		usageweb.New(usageweb.Parts{Usage: a.usage, Reports: a.reports, Pricing: pricing, People: a.people, Keys: a.keys, Budgets: budgets, Samples: a.samples, Kept: a.retention, Insights: a.insights()}).Routes(),
		keyweb.New(a.keys, a.people, a.usage, a.transcripts()).Routes(),
		providerweb.New(a.providers, a.reports).Routes(),
		routeweb.New(a.aliasing, a.providers, a.shelf, a.prices, a.clock, a.reports, a.table, &a.loads).Routes(),
		priceweb.New(a.pricing, a.providers, a.refresher).Routes(),
		reconcileweb.New(a.reconciling).Routes(),
		budgetweb.New(budgets, a.people, a.keys, a.reports).Routes(),
		limitweb.New(a.limits(a.limiter), a.people, a.keys).Routes(),
		policyweb.New(a.policies, a.people, a.keys, a.offered).Routes(),
		agentweb.New(a.agents, a.people, a.desk).Routes(),
		approvalweb.New(a.asking, a.keys).Routes(),
		notifyweb.New(a.inbox).Routes(),
		complianceweb.New(a.compliant()).Routes(),
		bulletinweb.New(a.bulletins(), a.bulletinWriter(), a.people, a.keys).Routes(),
		notifyweb.NewAlerts(a.channels(), a.people).Routes(),
		notifyweb.NewWishes(a.wishes()).Routes(),
		piiweb.New(a.screening, a.people, a.keys).Routes(),
		transcriptweb.New(a.transcripts()).Routes(),
		cacheweb.New(a.caching, a.people, a.keys).Routes(),
		promptweb.New(a.library, a.usage, a.people, a.promptOffers).Routes(),
		playgroundweb.New(a.ground(), a.reports, a.library, a.people, a.transcripts()).Routes(),
		documentweb.New(a.papers, a.ground(), a.people).Routes(),
		patienceweb.New(a.waiting, a.aliasNames).Routes(),
		experimentweb.New(a.experiments, a.aliasing, a.shelf, a.library, a.people, a.keys).Routes(),
		healthweb.New(a.wellbeing()).Routes(),
		auditweb.New(a.audit).Routes(),
		identityweb.NewRecovery(a.letters.recovery).Routes(),
		scimweb.New(a.directory, a.people, a.clock, a.log).Routes(),
		joinweb.New(a.letters.joining, a.people, a.cfg.SMTPURL.IsEmpty()).Routes(),
		a.boxRoutes(),
		trialweb.New(a.trial()).Routes(),
		a.evaluationPages().Routes(),
		a.batchPages().Routes(),
		blueprintweb.New(a.applies).Routes(),
		importerweb.New(a.keyring).Routes(),
		onboardweb.New(onboardweb.Parts{Wizard: a.wizard(), Connections: a.providers, Aliases: a.aliasing, Budgets: budgets, People: a.people, Joining: a.letters.joining, Keys: a.keys, DevMail: a.cfg.SMTPURL.IsEmpty()}).Routes(),
		searchweb.New(search.New(search.Parts{People: a.people, Keys: a.keys, Prompts: a.library, Request: a.request})).Routes(),
		billingweb.New(a.billing, a.verify()).Routes(),
		a.console().Routes(),
		[]web.Route{web.StyleGuide()},
	)
	about := web.Docs{PublicURL: a.cfg.PublicURL, Version: a.version(), Texts: apiTexts, Errors: docs.Errors}
	pages := sync.OnceValues(func() (*manual.Manual, error) { return manual.New(docs.Pages) })
	news := notifyweb.News{Inbox: a.inbox, Version: a.version(), HTML: sync.OnceValues(func() (string, error) {
		m, err := pages()
		if err != nil {
			return "", err
		}
		return m.Changes(bodhi.Changelog)
	})}
	return slices.Concat(rooms, about.Routes(rooms), manualweb.New(pages).Routes(), news.Routes())
}

// version is what this program calls itself.
func (a *App) version() string { return cmp.Or(a.options.Version, "dev") }

// request is one line about a request, for search.
func (a *App) request(ctx context.Context, actor org.Actor, r id.Request) (string, error) {
	d, err := a.reports.Request(ctx, actor, r)
	return strings.Join([]string{d.Asked, d.Key, d.At.UTC().Format("2 Jan 2006, 15:04 UTC")}, " · "), err
}

// mount hangs the routes on Echo, and Echo beside the data plane (decision D3).
func (a *App) mount() (http.Handler, error) {
	e, routes := echo.New(), a.routes()
	if len(a.cfg.Console) > 0 { // else its addresses are as unknown as any
		routes = append(routes, a.console().Console()...)
	}
	err := web.Mount(e, routes, web.Deps{
		PublicURL: a.cfg.PublicURL, Sessions: a.sessions, People: a.people, Directories: a.directory, Console: a.consoleDoor(), Lifetimes: a.people.Lifetimes, Clock: a.clock, IDs: a.ids, Log: a.log,
		Replays: a.replays, Waiting: a.asking.Waiting, Unread: a.inbox.Unread,
		News:   func(ctx context.Context, actor org.Actor) (bool, error) { return a.inbox.News(ctx, actor, a.version()) },
		Banner: a.banner, Front: billingweb.Front(a.billing.On, a.trialOffer),
	})
	return a.split(e), err
}
