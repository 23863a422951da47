package id

// The entities. Each marker is unexported behind its alias, so ids of different entities do not mix.
type (
	orgEntity        struct{}
	departmentEntity struct{}
	teamEntity       struct{}
	memberEntity     struct{}
	identityEntity   struct{}
	sessionEntity    struct{}
	keyEntity        struct{}
	tokenEntity      struct{}
	connectionEntity struct{}
	aliasEntity      struct{}
	budgetEntity     struct{}
	requestEntity    struct{}
	attemptEntity    struct{}
	auditEntity      struct{}
	nodeEntity       struct{}
	grantEntity      struct{}
	releaseEntity    struct{}
	invitationEntity struct{}
	limitEntity      struct{}
	increaseEntity   struct{}
	overrideEntity   struct{}
	refreshEntity    struct{}
	correctionEntity struct{}
	allowanceEntity  struct{}
	askEntity        struct{}
	wishEntity       struct{}
	mailEntity       struct{}
	resetEntity      struct{}
	domainEntity     struct{}
	applicantEntity  struct{}
	scimEntity       struct{}
	groupEntity      struct{}
	passkeyEntity    struct{}
	providerEntity   struct{}
	accountEntity    struct{}
	policyEntity     struct{}
	dataRuleEntity   struct{}
	findingEntity    struct{}
	approvalEntity   struct{}
	summonsEntity    struct{}
	tierEntity       struct{}
	rehearsalEntity  struct{}
	outageEntity     struct{}
	cachingEntity    struct{}
	noticeEntity     struct{}
	reportEntity     struct{}
	editionEntity    struct{}
	eventEntity      struct{}
	channelEntity    struct{}
	deliveryEntity   struct{}
	promptEntity     struct{}
	experimentEntity struct{}
	holdEntity       struct{}
	erasureEntity    struct{}
	supportEntity    struct{}
	datasetEntity    struct{}
	evaluationEntity struct{}
	applyEntity      struct{}
	batchEntity      struct{}
	scheduleEntity   struct{}
	fileEntity       struct{}
)

func (orgEntity) prefix() string        { return "org" }
func (departmentEntity) prefix() string { return "dep" }
func (teamEntity) prefix() string       { return "team" }
func (memberEntity) prefix() string     { return "mem" }
func (identityEntity) prefix() string   { return "idn" }
func (sessionEntity) prefix() string    { return "ses" }
func (keyEntity) prefix() string        { return "key" }
func (tokenEntity) prefix() string      { return "tok" }
func (connectionEntity) prefix() string { return "con" }
func (aliasEntity) prefix() string      { return "ali" }
func (budgetEntity) prefix() string     { return "bud" }
func (requestEntity) prefix() string    { return "req" }
func (attemptEntity) prefix() string    { return "att" }
func (auditEntity) prefix() string      { return "aud" }
func (nodeEntity) prefix() string       { return "node" }
func (grantEntity) prefix() string      { return "gra" }
func (releaseEntity) prefix() string    { return "rel" }
func (invitationEntity) prefix() string { return "inv" }
func (limitEntity) prefix() string      { return "lim" }
func (increaseEntity) prefix() string   { return "inc" }
func (overrideEntity) prefix() string   { return "ovr" }
func (refreshEntity) prefix() string    { return "rfr" }
func (correctionEntity) prefix() string { return "cor" }
func (allowanceEntity) prefix() string  { return "alw" }
func (askEntity) prefix() string        { return "ask" }
func (wishEntity) prefix() string       { return "wish" }
func (mailEntity) prefix() string       { return "mail" }
func (resetEntity) prefix() string      { return "rst" }
func (domainEntity) prefix() string     { return "dom" }
func (applicantEntity) prefix() string  { return "apl" }
func (scimEntity) prefix() string       { return "dir" }
func (groupEntity) prefix() string      { return "grp" }
func (passkeyEntity) prefix() string    { return "pky" }
func (providerEntity) prefix() string   { return "sso" }
func (accountEntity) prefix() string    { return "acc" }
func (policyEntity) prefix() string     { return "pol" }
func (dataRuleEntity) prefix() string   { return "dat" }
func (findingEntity) prefix() string    { return "pii" }
func (approvalEntity) prefix() string   { return "apr" }
func (summonsEntity) prefix() string    { return "sum" }
func (tierEntity) prefix() string       { return "tier" }
func (rehearsalEntity) prefix() string  { return "rhl" }
func (outageEntity) prefix() string     { return "out" }
func (cachingEntity) prefix() string    { return "cac" }
func (noticeEntity) prefix() string     { return "ntc" }
func (reportEntity) prefix() string     { return "rep" }
func (editionEntity) prefix() string    { return "edi" }
func (eventEntity) prefix() string      { return "evt" }
func (channelEntity) prefix() string    { return "chn" }
func (deliveryEntity) prefix() string   { return "dlv" }
func (promptEntity) prefix() string     { return "prm" }
func (experimentEntity) prefix() string { return "exp" }
func (holdEntity) prefix() string       { return "hld" }
func (erasureEntity) prefix() string    { return "era" }
func (supportEntity) prefix() string    { return "sup" }
func (datasetEntity) prefix() string    { return "dts" }
func (evaluationEntity) prefix() string { return "evl" }
func (applyEntity) prefix() string      { return "apl" }
func (batchEntity) prefix() string      { return "batch" }
func (scheduleEntity) prefix() string   { return "sched" }
func (fileEntity) prefix() string       { return "file" }

// One alias per entity; the comment says what it names.
type (
	Org        = ID[orgEntity]        // one organization, the tenant
	Department = ID[departmentEntity] // a department
	Team       = ID[teamEntity]       // a team
	Member     = ID[memberEntity]     // a person's membership of one organization
	Identity   = ID[identityEntity]   // one way a member logs in: issuer and subject
	Session    = ID[sessionEntity]    // one browser session
	Key        = ID[keyEntity]        // a virtual key
	Token      = ID[tokenEntity]      // a management token
	Connection = ID[connectionEntity] // a provider connection
	Alias      = ID[aliasEntity]      // an alias
	Budget     = ID[budgetEntity]     // a budget
	Request    = ID[requestEntity]    // one client request
	Attempt    = ID[attemptEntity]    // one upstream attempt
	Audit      = ID[auditEntity]      // one audit entry
	Node       = ID[nodeEntity]       // one gateway process
	Grant      = ID[grantEntity]      // one lease grant
	Release    = ID[releaseEntity]    // one release of suspense
	Invitation = ID[invitationEntity] // an invitation
	Limit      = ID[limitEntity]      // a rate limit
	Increase   = ID[increaseEntity]   // a temporary increase of a rate limit
	Override   = ID[overrideEntity]   // a tenant's own price
	Refresh    = ID[refreshEntity]    // one look at the source of prices
	Correction = ID[correctionEntity] // a difference to a provider's report
	Allowance  = ID[allowanceEntity]  // what was added to a budget's period, or taken from it
	Ask        = ID[askEntity]        // somebody's request for more than a budget allows
	Wish       = ID[wishEntity]       // somebody's request that a rate limit be raised
	Mail       = ID[mailEntity]       // a mail to be sent
	Reset      = ID[resetEntity]      // a way to set a forgotten password
	Domain     = ID[domainEntity]     // an organization's claim to a mail domain
	Applicant  = ID[applicantEntity]  // somebody's request to join an organization
	SCIM       = ID[scimEntity]       // a SCIM token
	Group      = ID[groupEntity]      // a group of the directory that provisions people
	Passkey    = ID[passkeyEntity]    // a passkey
	Provider   = ID[providerEntity]   // an identity provider of single sign-on
	Account    = ID[accountEntity]    // a service account
	Policy     = ID[policyEntity]     // a policy on models
	DataRule   = ID[dataRuleEntity]   // a rule on personal data and secrets
	Finding    = ID[findingEntity]    // a request in which a data rule found something
	Approval   = ID[approvalEntity]   // somebody's request for what a policy refuses, and what was granted
	Summons    = ID[summonsEntity]    // one manager's call to decide a request, with its link
	Tier       = ID[tierEntity]       // what an organization says about a model's tier
	Rehearsal  = ID[rehearsalEntity]  // a replay of requests against a draft of a route
	Outage     = ID[outageEntity]     // a breaker that changed its state
	Caching    = ID[cachingEntity]    // a policy on what the cache keeps
	Notice     = ID[noticeEntity]     // what a person is told
	Report     = ID[reportEntity]     // a regular report
	Edition    = ID[editionEntity]    // one number of a regular report
	Event      = ID[eventEntity]      // what happened, on its way to people and channels
	Channel    = ID[channelEntity]    // a place besides people to which events go
	Delivery   = ID[deliveryEntity]   // one event on its way to one recipient
	Prompt     = ID[promptEntity]     // a stored prompt
	Experiment = ID[experimentEntity] // a test between variants of a route
	Hold       = ID[holdEntity]       // a legal hold
	Erasure    = ID[erasureEntity]    // the erasure of one person's data
	Support    = ID[supportEntity]    // an organization's leave for support to look at its pages
	Dataset    = ID[datasetEntity]    // rows of questions with expected answers
	Evaluation = ID[evaluationEntity] // a run of a dataset
	Apply      = ID[applyEntity]      // one applying of a blueprint
	Batch      = ID[batchEntity]      // requests that are worked on together
	Schedule   = ID[scheduleEntity]   // when batches are made
	File       = ID[fileEntity]       // a file of a batch
)

// NewOrg makes an id for one organization, the tenant.
func NewOrg(s *Source) Org { return New[orgEntity](s) }

// ParseOrg reads the printed or plain form of an id for one organization, the tenant.
func ParseOrg(s string) (Org, error) { return Parse[orgEntity](s) }

// NewDepartment makes an id for a department.
func NewDepartment(s *Source) Department { return New[departmentEntity](s) }

// ParseDepartment reads the printed or plain form of an id for a department.
func ParseDepartment(s string) (Department, error) { return Parse[departmentEntity](s) }

// NewTeam makes an id for a team.
func NewTeam(s *Source) Team { return New[teamEntity](s) }

// ParseTeam reads the printed or plain form of an id for a team.
func ParseTeam(s string) (Team, error) { return Parse[teamEntity](s) }

// NewMember makes an id for a person's membership of one organization.
func NewMember(s *Source) Member { return New[memberEntity](s) }

// ParseMember reads the printed or plain form of an id for a person's membership of one organization.
func ParseMember(s string) (Member, error) { return Parse[memberEntity](s) }

// NewIdentity makes an id for one way a member logs in: issuer and subject.
func NewIdentity(s *Source) Identity { return New[identityEntity](s) }

// NewSession makes an id for one browser session.
func NewSession(s *Source) Session { return New[sessionEntity](s) }

// ParseSession reads the printed or plain form of an id for one browser session.
func ParseSession(s string) (Session, error) { return Parse[sessionEntity](s) }

// NewKey makes an id for a virtual key.
func NewKey(s *Source) Key { return New[keyEntity](s) }

// ParseKey reads the printed or plain form of an id for a virtual key.
func ParseKey(s string) (Key, error) { return Parse[keyEntity](s) }

// NewToken makes an id for a management token.
func NewToken(s *Source) Token { return New[tokenEntity](s) }

// ParseToken reads the printed or plain form of an id for a management token.
func ParseToken(s string) (Token, error) { return Parse[tokenEntity](s) }

// NewConnection makes an id for a provider connection.
func NewConnection(s *Source) Connection { return New[connectionEntity](s) }

// ParseConnection reads the printed or plain form of an id for a provider connection.
func ParseConnection(s string) (Connection, error) { return Parse[connectionEntity](s) }

// NewAlias makes an id for an alias.
func NewAlias(s *Source) Alias { return New[aliasEntity](s) }

// ParseAlias reads the printed or plain form of an id for an alias.
func ParseAlias(s string) (Alias, error) { return Parse[aliasEntity](s) }

// NewBudget makes an id for a budget.
func NewBudget(s *Source) Budget { return New[budgetEntity](s) }

// ParseBudget reads the printed or plain form of an id for a budget.
func ParseBudget(s string) (Budget, error) { return Parse[budgetEntity](s) }

// NewRequest makes an id for one client request.
func NewRequest(s *Source) Request { return New[requestEntity](s) }

// ParseRequest reads the printed or plain form of an id for one client request.
func ParseRequest(s string) (Request, error) { return Parse[requestEntity](s) }

// NewAttempt makes an id for one upstream attempt.
func NewAttempt(s *Source) Attempt { return New[attemptEntity](s) }

// NewAudit makes an id for one audit entry.
func NewAudit(s *Source) Audit { return New[auditEntity](s) }

// ParseAudit reads the printed or plain form of an id for one audit entry.
func ParseAudit(s string) (Audit, error) { return Parse[auditEntity](s) }

// NewNode makes an id for one gateway process.
func NewNode(s *Source) Node { return New[nodeEntity](s) }

// ParseNode reads the printed or plain form of an id for one gateway process.
func ParseNode(s string) (Node, error) { return Parse[nodeEntity](s) }

// NewGrant makes an id for one lease grant.
func NewGrant(s *Source) Grant { return New[grantEntity](s) }

// NewRelease makes an id for one release of suspense.
func NewRelease(s *Source) Release { return New[releaseEntity](s) }

// NewInvitation makes an id for an invitation.
func NewInvitation(s *Source) Invitation { return New[invitationEntity](s) }

// ParseInvitation reads the printed or plain form of an id for an invitation.
func ParseInvitation(s string) (Invitation, error) { return Parse[invitationEntity](s) }

// NewLimit makes an id for a rate limit.
func NewLimit(s *Source) Limit { return New[limitEntity](s) }

// ParseLimit reads the printed or plain form of an id for a rate limit.
func ParseLimit(s string) (Limit, error) { return Parse[limitEntity](s) }

// NewIncrease makes an id for a temporary increase of a rate limit.
func NewIncrease(s *Source) Increase { return New[increaseEntity](s) }

// ParseIncrease reads the printed or plain form of an id for a temporary increase of a rate limit.
func ParseIncrease(s string) (Increase, error) { return Parse[increaseEntity](s) }

// NewOverride makes an id for a tenant's own price.
func NewOverride(s *Source) Override { return New[overrideEntity](s) }

// ParseOverride reads the printed or plain form of an id for a tenant's own price.
func ParseOverride(s string) (Override, error) { return Parse[overrideEntity](s) }

// NewRefresh makes an id for one look at the source of prices.
func NewRefresh(s *Source) Refresh { return New[refreshEntity](s) }

// NewCorrection makes an id for a difference to a provider's report.
func NewCorrection(s *Source) Correction { return New[correctionEntity](s) }

// NewAllowance makes an id for what was added to a budget's period, or taken from it.
func NewAllowance(s *Source) Allowance { return New[allowanceEntity](s) }

// NewAsk makes an id for somebody's request for more than a budget allows.
func NewAsk(s *Source) Ask { return New[askEntity](s) }

// ParseAsk reads the printed or plain form of an id for somebody's request for more than a budget allows.
func ParseAsk(s string) (Ask, error) { return Parse[askEntity](s) }

// NewWish makes an id for somebody's request that a rate limit be raised.
func NewWish(s *Source) Wish { return New[wishEntity](s) }

// ParseWish reads the printed or plain form of an id for somebody's request that a rate limit be raised.
func ParseWish(s string) (Wish, error) { return Parse[wishEntity](s) }

// NewMail makes an id for a mail to be sent.
func NewMail(s *Source) Mail { return New[mailEntity](s) }

// ParseMail reads the printed or plain form of an id for a mail to be sent.
func ParseMail(s string) (Mail, error) { return Parse[mailEntity](s) }

// NewReset makes an id for a way to set a forgotten password.
func NewReset(s *Source) Reset { return New[resetEntity](s) }

// ParseReset reads the printed or plain form of an id for a way to set a forgotten password.
func ParseReset(s string) (Reset, error) { return Parse[resetEntity](s) }

// NewDomain makes an id for an organization's claim to a mail domain.
func NewDomain(s *Source) Domain { return New[domainEntity](s) }

// ParseDomain reads the printed or plain form of an id for an organization's claim to a mail domain.
func ParseDomain(s string) (Domain, error) { return Parse[domainEntity](s) }

// NewApplicant makes an id for somebody's request to join an organization.
func NewApplicant(s *Source) Applicant { return New[applicantEntity](s) }

// ParseApplicant reads the printed or plain form of an id for somebody's request to join an organization.
func ParseApplicant(s string) (Applicant, error) { return Parse[applicantEntity](s) }

// NewSCIM makes an id for a SCIM token.
func NewSCIM(s *Source) SCIM { return New[scimEntity](s) }

// ParseSCIM reads the printed or plain form of an id for a SCIM token.
func ParseSCIM(s string) (SCIM, error) { return Parse[scimEntity](s) }

// NewGroup makes an id for a group of the directory that provisions people.
func NewGroup(s *Source) Group { return New[groupEntity](s) }

// ParseGroup reads the printed or plain form of an id for a group of the directory that provisions people.
func ParseGroup(s string) (Group, error) { return Parse[groupEntity](s) }

// NewPasskey makes an id for a passkey.
func NewPasskey(s *Source) Passkey { return New[passkeyEntity](s) }

// ParsePasskey reads the printed or plain form of an id for a passkey.
func ParsePasskey(s string) (Passkey, error) { return Parse[passkeyEntity](s) }

// NewProvider makes an id for an identity provider of single sign-on.
func NewProvider(s *Source) Provider { return New[providerEntity](s) }

// ParseProvider reads the printed or plain form of an id for an identity provider of single sign-on.
func ParseProvider(s string) (Provider, error) { return Parse[providerEntity](s) }

// NewAccount makes an id for a service account.
func NewAccount(s *Source) Account { return New[accountEntity](s) }

// ParseAccount reads the printed or plain form of an id for a service account.
func ParseAccount(s string) (Account, error) { return Parse[accountEntity](s) }

// NewPolicy makes an id for a policy on models.
func NewPolicy(s *Source) Policy { return New[policyEntity](s) }

// ParsePolicy reads the printed or plain form of an id for a policy on models.
func ParsePolicy(s string) (Policy, error) { return Parse[policyEntity](s) }

// NewDataRule makes an id for a rule on personal data and secrets.
func NewDataRule(s *Source) DataRule { return New[dataRuleEntity](s) }

// ParseDataRule reads the printed or plain form of an id for a rule on personal data and secrets.
func ParseDataRule(s string) (DataRule, error) { return Parse[dataRuleEntity](s) }

// NewFinding makes an id for a request in which a data rule found something.
func NewFinding(s *Source) Finding { return New[findingEntity](s) }

// ParseFinding reads the printed or plain form of an id for a request in which a data rule found something.
func ParseFinding(s string) (Finding, error) { return Parse[findingEntity](s) }

// NewApproval makes an id for somebody's request for what a policy refuses, and what was granted.
func NewApproval(s *Source) Approval { return New[approvalEntity](s) }

// ParseApproval reads the printed or plain form of an id for somebody's request for what a policy refuses, and what was granted.
func ParseApproval(s string) (Approval, error) { return Parse[approvalEntity](s) }

// NewSummons makes an id for one manager's call to decide a request, with its link.
func NewSummons(s *Source) Summons { return New[summonsEntity](s) }

// ParseSummons reads the printed or plain form of an id for one manager's call to decide a request, with its link.
func ParseSummons(s string) (Summons, error) { return Parse[summonsEntity](s) }

// NewTier makes an id for what an organization says about a model's tier.
func NewTier(s *Source) Tier { return New[tierEntity](s) }

// ParseTier reads the printed or plain form of an id for what an organization says about a model's tier.
func ParseTier(s string) (Tier, error) { return Parse[tierEntity](s) }

// NewRehearsal makes an id for a replay of requests.
func NewRehearsal(s *Source) Rehearsal { return New[rehearsalEntity](s) }

// ParseRehearsal reads the printed or plain form of an id for a replay of requests.
func ParseRehearsal(s string) (Rehearsal, error) { return Parse[rehearsalEntity](s) }

// NewOutage makes an id for a breaker's change of state.
func NewOutage(s *Source) Outage { return New[outageEntity](s) }

// ParseOutage reads the printed or plain form of an id for a breaker's change of state.
func ParseOutage(s string) (Outage, error) { return Parse[outageEntity](s) }

// NewCaching makes an id for a policy on what the cache keeps.
func NewCaching(s *Source) Caching { return New[cachingEntity](s) }

// ParseCaching reads the printed or plain form of an id for a policy on what the cache keeps.
func ParseCaching(s string) (Caching, error) { return Parse[cachingEntity](s) }

// NewNotice makes an id for what a person is told.
func NewNotice(s *Source) Notice { return New[noticeEntity](s) }

// ParseNotice reads the printed or plain form of an id for what a person is told.
func ParseNotice(s string) (Notice, error) { return Parse[noticeEntity](s) }

// NewReport makes an id for a regular report.
func NewReport(s *Source) Report { return New[reportEntity](s) }

// ParseReport reads the printed or plain form of an id for a regular report.
func ParseReport(s string) (Report, error) { return Parse[reportEntity](s) }

// NewEdition makes an id for one number of a regular report.
func NewEdition(s *Source) Edition { return New[editionEntity](s) }

// ParseEdition reads the printed or plain form of an id for one number of a regular report.
func ParseEdition(s string) (Edition, error) { return Parse[editionEntity](s) }

// NewEvent makes an id for what happened, on its way to people and channels.
func NewEvent(s *Source) Event { return New[eventEntity](s) }

// NewChannel makes an id for a place to which events go.
func NewChannel(s *Source) Channel { return New[channelEntity](s) }

// ParseChannel reads the printed or plain form of an id for a place to which events go.
func ParseChannel(s string) (Channel, error) { return Parse[channelEntity](s) }

// NewDelivery makes an id for one event on its way to one recipient.
func NewDelivery(s *Source) Delivery { return New[deliveryEntity](s) }

// ParseDelivery reads the printed or plain form of an id for one event on its way to one recipient.
func ParseDelivery(s string) (Delivery, error) { return Parse[deliveryEntity](s) }

// NewPrompt makes an id for a stored prompt.
func NewPrompt(s *Source) Prompt { return New[promptEntity](s) }

// ParsePrompt reads the printed or plain form of an id for a stored prompt.
func ParsePrompt(s string) (Prompt, error) { return Parse[promptEntity](s) }

// NewExperiment makes an id for a test between variants of a route.
func NewExperiment(s *Source) Experiment { return New[experimentEntity](s) }

// ParseExperiment reads the printed or plain form of an id for a test between variants of a route.
func ParseExperiment(s string) (Experiment, error) { return Parse[experimentEntity](s) }

// NewHold makes an id for a legal hold.
func NewHold(s *Source) Hold { return New[holdEntity](s) }

// ParseHold reads the printed or plain form of an id for a legal hold.
func ParseHold(s string) (Hold, error) { return Parse[holdEntity](s) }

// NewSupport makes an id for an organization's leave for support to look at its pages.
func NewSupport(s *Source) Support { return New[supportEntity](s) }

// NewErasure makes an id for the erasure of one person's data.
func NewErasure(s *Source) Erasure { return New[erasureEntity](s) }

// ParseErasure reads the printed or plain form of an id for the erasure of one person's data.
func ParseErasure(s string) (Erasure, error) { return Parse[erasureEntity](s) }

// NewDataset makes an id for rows of questions with expected answers.
func NewDataset(s *Source) Dataset { return New[datasetEntity](s) }

// ParseDataset reads the printed or plain form of an id for rows of questions with expected answers.
func ParseDataset(s string) (Dataset, error) { return Parse[datasetEntity](s) }

// NewEvaluation makes an id for a run of a dataset.
func NewEvaluation(s *Source) Evaluation { return New[evaluationEntity](s) }

// ParseEvaluation reads the printed or plain form of an id for a run of a dataset.
func ParseEvaluation(s string) (Evaluation, error) { return Parse[evaluationEntity](s) }

// NewApply makes an id for one applying of a blueprint.
func NewApply(s *Source) Apply { return New[applyEntity](s) }

// ParseApply reads the printed or plain form of an id for one applying of a blueprint.
func ParseApply(s string) (Apply, error) { return Parse[applyEntity](s) }

// NewBatch makes an id for requests that are worked on together.
func NewBatch(s *Source) Batch { return New[batchEntity](s) }

// ParseBatch reads the printed or plain form of an id for requests that are worked on together.
func ParseBatch(s string) (Batch, error) { return Parse[batchEntity](s) }

// NewSchedule makes an id for when batches are made.
func NewSchedule(s *Source) Schedule { return New[scheduleEntity](s) }

// ParseSchedule reads the printed or plain form of an id for when batches are made.
func ParseSchedule(s string) (Schedule, error) { return Parse[scheduleEntity](s) }

// NewFile makes an id for a file of a batch.
func NewFile(s *Source) File { return New[fileEntity](s) }

// ParseFile reads the printed or plain form of an id for a file of a batch.
func ParseFile(s string) (File, error) { return Parse[fileEntity](s) }
