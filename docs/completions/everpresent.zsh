#compdef everpresent

autoload -U is-at-least

_everpresent() {
    typeset -A opt_args
    typeset -a _arguments_options
    local ret=1

    if is-at-least 5.2; then
        _arguments_options=(-s -S -C)
    else
        _arguments_options=(-s -C)
    fi

    local context curcontext="$curcontext" state line
    _arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
'-V[Print version]' \
'--version[Print version]' \
":: :_everpresent_commands" \
"*::: :->everpresent" \
&& ret=0
    case $state in
    (everpresent)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-command-$line[1]:"
        case $line[1] in
            (init)
_arguments "${_arguments_options[@]}" : \
'--domain=[Domain that is served\: what stands after the @ of the users'\'' addresses]:DOMAIN:_default' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--force[Overwrite an existing file]' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
':dir -- Folder; made if it is missing:_files' \
&& ret=0
;;
(config)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
":: :_everpresent__subcmd__config_commands" \
"*::: :->config" \
&& ret=0

    case $state in
    (config)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-config-command-$line[1]:"
        case $line[1] in
            (check)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
'::file -- The file; left out\: the one of --config:_files' \
&& ret=0
;;
(reference)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_everpresent__subcmd__config__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-config-help-command-$line[1]:"
        case $line[1] in
            (check)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(reference)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(alerts)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
":: :_everpresent__subcmd__alerts_commands" \
"*::: :->alerts" \
&& ret=0

    case $state in
    (alerts)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-alerts-command-$line[1]:"
        case $line[1] in
            (test)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_everpresent__subcmd__alerts__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-alerts-help-command-$line[1]:"
        case $line[1] in
            (test)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(user)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
":: :_everpresent__subcmd__user_commands" \
"*::: :->user" \
&& ret=0

    case $state in
    (user)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-user-command-$line[1]:"
        case $line[1] in
            (add)
_arguments "${_arguments_options[@]}" : \
'--password-file=[Read the password from the first line of this file, instead of asking (or reading standard input)]:FILE:_files' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
':jid -- Address of the account, such as alice@example.org:_default' \
&& ret=0
;;
(list)
_arguments "${_arguments_options[@]}" : \
'--limit=[Most entries]:NUMBER:_default' \
'--after=[Begin after this address]:JID:_default' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
&& ret=0
;;
(password)
_arguments "${_arguments_options[@]}" : \
'--password-file=[Read the password from the first line of this file, instead of asking (or reading standard input)]:FILE:_files' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
':jid -- Address of the account:_default' \
&& ret=0
;;
(disable)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
':jid -- Address of the account:_default' \
&& ret=0
;;
(enable)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
':jid -- Address of the account:_default' \
&& ret=0
;;
(remove)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'-y[Do not ask]' \
'--yes[Do not ask]' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
':jid -- Address of the account:_default' \
&& ret=0
;;
(import)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
':file -- The file, or - for standard input:_files' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_everpresent__subcmd__user__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-user-help-command-$line[1]:"
        case $line[1] in
            (add)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(password)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(disable)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(enable)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(remove)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(import)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(sessions)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
":: :_everpresent__subcmd__sessions_commands" \
"*::: :->sessions" \
&& ret=0

    case $state in
    (sessions)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-sessions-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
'--user=[Only those of this user]:JID:_default' \
'--state=[Only those in this state]:STATE:((open\:"With a connection"
detached\:"Without one, waiting for its client"
closing\:"Ending"))' \
'--limit=[Most entries]:NUMBER:_default' \
'--after=[Begin after this address]:JID:_default' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(audit)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(end)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
':jid -- Full or bare address:_default' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_everpresent__subcmd__sessions__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-sessions-help-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(audit)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(end)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(cluster)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
":: :_everpresent__subcmd__cluster_commands" \
"*::: :->cluster" \
&& ret=0

    case $state in
    (cluster)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-cluster-command-$line[1]:"
        case $line[1] in
            (init)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(invite)
_arguments "${_arguments_options[@]}" : \
'--address=[Where the new node reaches this one; left out\: \`advertise\` in \[link\]]:HOST:PORT:_default' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
':node -- Name of the node that is invited\: `name` in \[node\] of its configuration:_default' \
&& ret=0
;;
(join)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
':token -- What `everpresent cluster invite` printed, or - to read it from standard input:_default' \
&& ret=0
;;
(status)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_everpresent__subcmd__cluster__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-cluster-help-command-$line[1]:"
        case $line[1] in
            (init)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(invite)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(join)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(status)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(ha)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
":: :_everpresent__subcmd__ha_commands" \
"*::: :->ha" \
&& ret=0

    case $state in
    (ha)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-ha-command-$line[1]:"
        case $line[1] in
            (status)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'(--parameters)--watch[Go on showing it, once a second, until interrupted; with --json one line each time]' \
'--parameters[Show the recovery parameters in force, with their defaults, instead]' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
&& ret=0
;;
(states)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
&& ret=0
;;
(explain)
_arguments "${_arguments_options[@]}" : \
'--html=[Write the report as one HTML page, too]:FILE:_files' \
'--keep-alive-timeout=[The Keep Alive (Heartbeat) Timeout that is set on the nodes, in seconds]:SECONDS:_default' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::files -- The files; - for standard input:_files' \
&& ret=0
;;
(failover)
_arguments "${_arguments_options[@]}" : \
'--wait=[Wait until it is done; exit code 1, with the state, if it is not by then]:SECONDS:_default' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':node -- Name of the node:_default' \
&& ret=0
;;
(fallback)
_arguments "${_arguments_options[@]}" : \
'--wait=[Wait until it is done; exit code 1, with the state, if it is not by then]:SECONDS:_default' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
':node -- Name of the node:_default' \
&& ret=0
;;
(enable)
_arguments "${_arguments_options[@]}" : \
'--wait=[Wait until it is done; exit code 1, with the state, if it is not by then]:SECONDS:_default' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
'::group -- Name of the group; left out\: that of the node that is asked:_default' \
&& ret=0
;;
(disable)
_arguments "${_arguments_options[@]}" : \
'--wait=[Wait until it is done; exit code 1, with the state, if it is not by then]:SECONDS:_default' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--force[Also while a node is failed over\: its users then stay where they are]' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
'::group -- Name of the group; left out\: that of the node that is asked:_default' \
&& ret=0
;;
(recover)
_arguments "${_arguments_options[@]}" : \
'--wait=[Wait until it is done; exit code 1, with the state, if it is not by then]:SECONDS:_default' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'::group -- Name of the group; left out\: that of the node that is asked:_default' \
&& ret=0
;;
(maintenance)
_arguments "${_arguments_options[@]}" : \
'--for=[For how long, with a unit\: 90s, 30m, 2h; a day at most]:LENGTH:_default' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'(--for)--end[End it now]' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':node -- Name of the node:_default' \
&& ret=0
;;
(dns)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::domains -- Domains; left out\: `domains` in \[node\]:_default' \
&& ret=0
;;
(finalize)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
&& ret=0
;;
(set)
_arguments "${_arguments_options[@]}" : \
'()--preset=[Set all of them\: to their defaults, or for two nodes in one network]:PRESET:((default\:"Minutes\: for any network"
lan\:"Seconds\: for two nodes in one network"))' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'::name -- Name of the parameter:_default' \
'::value -- Its new value:_default' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_everpresent__subcmd__ha__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-ha-help-command-$line[1]:"
        case $line[1] in
            (status)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(states)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(explain)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(failover)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(fallback)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(enable)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(disable)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(recover)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(maintenance)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(dns)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(finalize)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(set)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(service)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
":: :_everpresent__subcmd__service_commands" \
"*::: :->service" \
&& ret=0

    case $state in
    (service)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-service-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
&& ret=0
;;
(stop)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':name -- Name of the service:_default' \
&& ret=0
;;
(start)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
':name -- Name of the service:_default' \
&& ret=0
;;
(restart)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
':name -- Name of the service:_default' \
&& ret=0
;;
(break)
_arguments "${_arguments_options[@]}" : \
'--fault=[How it fails]:FAULT:((crash\:"It crashes again and again"
stuck\:"It makes no progress"))' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':name -- Name of the service:_default' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_everpresent__subcmd__service__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-service-help-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(stop)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(start)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(restart)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(break)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(group)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
":: :_everpresent__subcmd__group_commands" \
"*::: :->group" \
&& ret=0

    case $state in
    (group)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-group-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
&& ret=0
;;
(create)
_arguments "${_arguments_options[@]}" : \
'--assignment=[How its new users are shared out among its nodes]:ASSIGNMENT:((balanced\:"To the node that has the fewest"
active-standby\:"To the first node; the second stands by"
by-hand\:"To the node at which the account is made"))' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':group -- Its name\: up to 128 letters, digits, _ and -:_default' \
&& ret=0
;;
(add)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':group -- Name of the group:_default' \
':node -- Name of the node\: `name` in \[node\] of its configuration:_default' \
&& ret=0
;;
(remove)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':group -- Name of the group:_default' \
'::node -- Name of the node; left out\: the group itself:_default' \
&& ret=0
;;
(assign)
_arguments "${_arguments_options[@]}" : \
'--to=[The node that they are assigned to]:NODE:_default' \
'()--mode=[How new users are shared out from now on; nobody is moved]:MODE:((balanced\:"To the node that has the fewest"
active-standby\:"To the first node; the second stands by"
by-hand\:"To the node at which the account is made"))' \
'()--group=[Which group; left out\: that of the node that is asked]:GROUP:_default' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'(--mode)--balanced[Move users until both nodes of the group have the same number]' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::users -- Addresses of accounts:_default' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_everpresent__subcmd__group__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-group-help-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(create)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(add)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(remove)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(assign)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(sql)
_arguments "${_arguments_options[@]}" : \
'--timeout=[Give up after so long]:SECONDS:_default' \
'--limit=[Most rows]:ROWS:_default' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'(--json)--csv[Print CSV (RFC 4180) instead of a table]' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':statement -- One statement that begins with SELECT, WITH or VALUES, in SQLite'\''s SQL; - reads it from standard input:_default' \
&& ret=0
;;
(support-bundle)
_arguments "${_arguments_options[@]}" : \
'--around=[When it happened, such as 2026-11-26T12\:00\:00Z; left out\: now]:TIME:_default' \
'--span=[How much of the logs before and after that, such as 90s, 10m or 2h]:LENGTH:_default' \
'*--log=[Take the logs from these files; left out\: from the journal of systemd]:FILE:_files' \
'(--log)--unit=[The unit whose journal is read]:NAME:_default' \
'-o+[Where to write it; left out\: everpresent-support-NODE-TIME.tar.gz in this folder]:FILE:_files' \
'--output=[Where to write it; left out\: everpresent-support-NODE-TIME.tar.gz in this folder]:FILE:_files' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(bridges)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
":: :_everpresent__subcmd__bridges_commands" \
"*::: :->bridges" \
&& ret=0

    case $state in
    (bridges)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-bridges-command-$line[1]:"
        case $line[1] in
            (audit)
_arguments "${_arguments_options[@]}" : \
'--inventory=[The servers of the deployment, a file as \`bridges init\` writes it; left out\: the servers that the logs show]:FILE:_files' \
'(--inventory)--limit=[Sessions at which a bridge takes no new guest, without an inventory]:N:_default' \
'--window=[All counts of a round lie within so much time\: 10m, 1h]:LENGTH:_default' \
'--skew=[The clocks of servers differ by so much at most]:LENGTH:_default' \
'--year=[Year of the first line of each file, if lines do not tell; left out\: the latest in which it is not in the future]:YEAR:_default' \
'--zone=[Time zone of lines that do not tell; left out\: that of the inventory, or UTC]:ZONE:_default' \
'--plot=[Write a plot of sessions and leaked sessions over time into this file]:FILE.svg:_files' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::files -- Log files, plain or compressed with gzip; - for standard input:_files' \
&& ret=0
;;
(watch)
_arguments "${_arguments_options[@]}" : \
'--inventory=[The servers, and what is listened to and kept\: a file as \`bridges init\` writes it]:FILE:_files' \
'--log-format=[How lines of the log on standard error are written]:FORMAT:((human\:"For people"
json\:"One JSON object a line"))' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--print-alert-rules[Print alerting rules for Prometheus, and end]' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(history)
_arguments "${_arguments_options[@]}" : \
'--inventory=[The inventory whose watch keeps the history]:FILE:_files' \
'--since=[How far back, with a unit\: 12h, 30d]:LENGTH:_default' \
'--plot=[Write a plot of sessions and leaked sessions over time into this file]:FILE.svg:_files' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(init)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--force[Overwrite an existing file]' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
'::file -- The file:_files' \
&& ret=0
;;
(check)
_arguments "${_arguments_options[@]}" : \
'--inventory=[The inventory, a file as \`bridges init\` writes it]:FILE:_files' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
&& ret=0
;;
(trust)
_arguments "${_arguments_options[@]}" : \
'--fingerprint=[Do not ask\: the key is trusted if it has this fingerprint, as the console of the server shows it]:SHA256:…:_default' \
'--inventory=[The inventory, a file as \`bridges init\` writes it]:FILE:_files' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
':name -- Name of the server in the inventory:_default' \
&& ret=0
;;
(restart)
_arguments "${_arguments_options[@]}" : \
'--parallel=[So many at a time; left out\: what the inventory says]:N:_default' \
'(--force)--wait=[Wait so long in all for calls to end, while nothing else is in the way]:LENGTH:_default' \
'--inventory=[The inventory, a file as \`bridges init\` writes it]:FILE:_files' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'()--leaking[Those of which the audit says that they leak, or that are full]' \
'--now[Outside of the maintenance windows too]' \
'--force[With calls going on too; says how many it will cut]' \
'--dry-run[Decide, print the reasons, and do nothing]' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::names -- Names of servers in the inventory:_default' \
&& ret=0
;;
(schedule)
_arguments "${_arguments_options[@]}" : \
'--inventory=[The inventory, a file as \`bridges init\` writes it]:FILE:_files' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--systemd[A service and a timer for systemd]' \
'--cron[A line for a crontab]' \
'--windows-task[A task for the Windows Task Scheduler, as XML]' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
&& ret=0
;;
(rehearse)
_arguments "${_arguments_options[@]}" : \
'--dir=[Folder for inventory, logs, keys and journal]:DIR:_files' \
'(--once)--bridges=[Web Bridges]:N:_default' \
'(--once)--leak-percent=[Of a hundred guests so many leave a session behind]:N:_default' \
'(--once)--conduct=[What the first bridge does when it is told to restart]:CONDUCT:((restarts\:"It restarts"
pretends\:"It says so, and goes on as before"
stays-down\:"It ends, and does not come back"))' \
'--ssh-port=[Port of the SSH servers, each on a loopback address of its own; left out\: a free one for each]:PORT:_default' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--once[Tell the whole story in fast time, then end; exit code 0 only if each step held]' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(janus)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
":: :_everpresent__subcmd__bridges__subcmd__janus_commands" \
"*::: :->janus" \
&& ret=0

    case $state in
    (janus)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-bridges-janus-command-$line[1]:"
        case $line[1] in
            (audit)
_arguments "${_arguments_options[@]}" : \
'--url=[Its Admin API\: http\://HOST\:7088/admin, https\://…, unix\:/PATH (SOCK_SEQPACKET) or unix-dgram\:/PATH]:URL:_default' \
'(--server)--admin-secret-file=[File with the admin secret, readable by its owner only]:FILE:_files' \
'--server=[Its name in the inventory]:NAME:_default' \
'--inventory=[The inventory]:FILE:_files' \
'--grace=[How long a session may be without a PeerConnection; left out\: what the inventory says, or 5m]:LENGTH:_default' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--again[If there are suspects, go on looking for the grace time]' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(end)
_arguments "${_arguments_options[@]}" : \
'--url=[Its Admin API\: http\://HOST\:7088/admin, https\://…, unix\:/PATH (SOCK_SEQPACKET) or unix-dgram\:/PATH]:URL:_default' \
'(--server)--admin-secret-file=[File with the admin secret, readable by its owner only]:FILE:_files' \
'--server=[Its name in the inventory]:NAME:_default' \
'--inventory=[The inventory]:FILE:_files' \
'--grace=[How long a session may be without a PeerConnection; left out\: what the inventory says, or 5m]:LENGTH:_default' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--leaked[Which sessions\: those that are leaked]' \
'--dry-run[Only say what would be ended]' \
'--no-wait[End only what one look knows to be leaked]' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
&& ret=0
;;
(drain)
_arguments "${_arguments_options[@]}" : \
'--url=[Its Admin API\: http\://HOST\:7088/admin, https\://…, unix\:/PATH (SOCK_SEQPACKET) or unix-dgram\:/PATH]:URL:_default' \
'(--server)--admin-secret-file=[File with the admin secret, readable by its owner only]:FILE:_files' \
'--server=[Its name in the inventory]:NAME:_default' \
'--inventory=[The inventory]:FILE:_files' \
'--grace=[How long a session may be without a PeerConnection; left out\: what the inventory says, or 5m]:LENGTH:_default' \
'--longest=[How long to wait for live sessions to end\: 90s, 30m, 2h]:LENGTH:_default' \
'--back-within=[Within this Janus must take sessions again after its restart]:LENGTH:_default' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'(--url)--restart[Restart it over SSH, as the inventory says]' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'*::command -- Restart it with this command on this machine:_default' \
&& ret=0
;;
(open)
_arguments "${_arguments_options[@]}" : \
'--url=[Its Admin API\: http\://HOST\:7088/admin, https\://…, unix\:/PATH (SOCK_SEQPACKET) or unix-dgram\:/PATH]:URL:_default' \
'(--server)--admin-secret-file=[File with the admin secret, readable by its owner only]:FILE:_files' \
'--server=[Its name in the inventory]:NAME:_default' \
'--inventory=[The inventory]:FILE:_files' \
'--grace=[How long a session may be without a PeerConnection; left out\: what the inventory says, or 5m]:LENGTH:_default' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_everpresent__subcmd__bridges__subcmd__janus__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-bridges-janus-help-command-$line[1]:"
        case $line[1] in
            (audit)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(end)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(drain)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(open)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_everpresent__subcmd__bridges__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-bridges-help-command-$line[1]:"
        case $line[1] in
            (audit)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(watch)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(history)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(init)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(check)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(trust)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(restart)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(schedule)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(rehearse)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(janus)
_arguments "${_arguments_options[@]}" : \
":: :_everpresent__subcmd__bridges__subcmd__help__subcmd__janus_commands" \
"*::: :->janus" \
&& ret=0

    case $state in
    (janus)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-bridges-help-janus-command-$line[1]:"
        case $line[1] in
            (audit)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(end)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(drain)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(open)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(demo)
_arguments "${_arguments_options[@]}" : \
'--dir=[Folder for certificate, database and configuration]:DIR:_files' \
'--sessions=[Do it with a crowd too\: so many further sessions on the node that is killed]:N:_default' \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--once[End after the story; exit code 0 only if each step held]' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
&& ret=0
;;
(specifications)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
&& ret=0
;;
(completions)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
':shell -- Which shell:(bash elvish fish powershell zsh)' \
&& ret=0
;;
(man)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
'::dir -- Folder for everpresent.1, everpresent-serve.1, …:_files' \
&& ret=0
;;
(serve)
_arguments "${_arguments_options[@]}" : \
'-c+[Configuration file]:FILE:_files' \
'--config=[Configuration file]:FILE:_files' \
'--no-guardian[Serve in this very process, under a supervisor of your own; if it dies, nobody releases its homes\: only the lease tells that it died]' \
'--json[Print JSON instead of text and tables]' \
'-h[Print help]' \
'--help[Print help]' \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
":: :_everpresent__subcmd__help_commands" \
"*::: :->help" \
&& ret=0

    case $state in
    (help)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-help-command-$line[1]:"
        case $line[1] in
            (init)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(config)
_arguments "${_arguments_options[@]}" : \
":: :_everpresent__subcmd__help__subcmd__config_commands" \
"*::: :->config" \
&& ret=0

    case $state in
    (config)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-help-config-command-$line[1]:"
        case $line[1] in
            (check)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(reference)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(alerts)
_arguments "${_arguments_options[@]}" : \
":: :_everpresent__subcmd__help__subcmd__alerts_commands" \
"*::: :->alerts" \
&& ret=0

    case $state in
    (alerts)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-help-alerts-command-$line[1]:"
        case $line[1] in
            (test)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(user)
_arguments "${_arguments_options[@]}" : \
":: :_everpresent__subcmd__help__subcmd__user_commands" \
"*::: :->user" \
&& ret=0

    case $state in
    (user)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-help-user-command-$line[1]:"
        case $line[1] in
            (add)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(password)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(disable)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(enable)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(remove)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(import)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(sessions)
_arguments "${_arguments_options[@]}" : \
":: :_everpresent__subcmd__help__subcmd__sessions_commands" \
"*::: :->sessions" \
&& ret=0

    case $state in
    (sessions)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-help-sessions-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(audit)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(end)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(cluster)
_arguments "${_arguments_options[@]}" : \
":: :_everpresent__subcmd__help__subcmd__cluster_commands" \
"*::: :->cluster" \
&& ret=0

    case $state in
    (cluster)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-help-cluster-command-$line[1]:"
        case $line[1] in
            (init)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(invite)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(join)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(status)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(ha)
_arguments "${_arguments_options[@]}" : \
":: :_everpresent__subcmd__help__subcmd__ha_commands" \
"*::: :->ha" \
&& ret=0

    case $state in
    (ha)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-help-ha-command-$line[1]:"
        case $line[1] in
            (status)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(states)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(explain)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(failover)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(fallback)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(enable)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(disable)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(recover)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(maintenance)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(dns)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(finalize)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(set)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(service)
_arguments "${_arguments_options[@]}" : \
":: :_everpresent__subcmd__help__subcmd__service_commands" \
"*::: :->service" \
&& ret=0

    case $state in
    (service)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-help-service-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(stop)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(start)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(restart)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(break)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(group)
_arguments "${_arguments_options[@]}" : \
":: :_everpresent__subcmd__help__subcmd__group_commands" \
"*::: :->group" \
&& ret=0

    case $state in
    (group)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-help-group-command-$line[1]:"
        case $line[1] in
            (list)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(create)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(add)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(remove)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(assign)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
(sql)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(support-bundle)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(bridges)
_arguments "${_arguments_options[@]}" : \
":: :_everpresent__subcmd__help__subcmd__bridges_commands" \
"*::: :->bridges" \
&& ret=0

    case $state in
    (bridges)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-help-bridges-command-$line[1]:"
        case $line[1] in
            (audit)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(watch)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(history)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(init)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(check)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(trust)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(restart)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(schedule)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(rehearse)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(janus)
_arguments "${_arguments_options[@]}" : \
":: :_everpresent__subcmd__help__subcmd__bridges__subcmd__janus_commands" \
"*::: :->janus" \
&& ret=0

    case $state in
    (janus)
        words=($line[1] "${words[@]}")
        (( CURRENT += 1 ))
        curcontext="${curcontext%:*:*}:everpresent-help-bridges-janus-command-$line[1]:"
        case $line[1] in
            (audit)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(end)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(drain)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(open)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
;;
(demo)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(specifications)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(completions)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(man)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(serve)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
(help)
_arguments "${_arguments_options[@]}" : \
&& ret=0
;;
        esac
    ;;
esac
;;
        esac
    ;;
esac
}

(( $+functions[_everpresent_commands] )) ||
_everpresent_commands() {
    local commands; commands=(
'init:Write a commented configuration file into a folder' \
'config:Check a configuration, or print the reference of all keys' \
'alerts:The ways by which operators are told of alerts\: test' \
'user:Accounts\: add, list, password, disable, enable, remove, import' \
'sessions:Sessions of the running server\: list, audit, end' \
'cluster:The cluster that this node belongs to\: init, invite, join, status' \
'ha:High availability\: status, explain, failover, fallback, enable, disable, recover, maintenance, finalize, dns, states, set' \
'service:The monitored services of the running node\: list, start, stop, restart, break' \
'group:Redundancy groups\: list, create, add, remove, assign' \
'sql:Ask about redundancy groups and nodes with SQL' \
'support-bundle:Pack what is needed to understand an event into one file, without secrets' \
'bridges:Meeting bridges of others\: audit, watch, init, check, trust, restart, schedule, rehearse, history, janus' \
'demo:Start a complete server in a folder of its own and show what it does' \
'specifications:Print which XMPP specifications are implemented, as Markdown' \
'completions:Print shell completions' \
'man:Print the manual page, or write all of them into a folder' \
'serve:Run the server' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'everpresent commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__alerts_commands] )) ||
_everpresent__subcmd__alerts_commands() {
    local commands; commands=(
'test:Send a test notice by every way that is set in \[alerts\] and say whether it arrived' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'everpresent alerts commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__alerts__subcmd__help_commands] )) ||
_everpresent__subcmd__alerts__subcmd__help_commands() {
    local commands; commands=(
'test:Send a test notice by every way that is set in \[alerts\] and say whether it arrived' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'everpresent alerts help commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__alerts__subcmd__help__subcmd__help_commands] )) ||
_everpresent__subcmd__alerts__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent alerts help help commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__alerts__subcmd__help__subcmd__test_commands] )) ||
_everpresent__subcmd__alerts__subcmd__help__subcmd__test_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent alerts help test commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__alerts__subcmd__test_commands] )) ||
_everpresent__subcmd__alerts__subcmd__test_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent alerts test commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges_commands] )) ||
_everpresent__subcmd__bridges_commands() {
    local commands; commands=(
'audit:Find leaked sessions of Web Bridges in log files' \
'watch:Watch the bridges for ever\: read logs, audit each minute, tell operators, restart on schedule' \
'history:Show what the watch has kept\: sessions, restarts, the quietest hours of the week' \
'init:Write a commented inventory\: which servers there are, how they are reached, when they may be restarted' \
'check:Try every entry of the inventory\: name, sign-in, log, port, Admin API; nothing is changed' \
'trust:Learn the host key of a server, once' \
'restart:Restart servers\: in their window, without calls, one by one, looked at afterwards' \
'schedule:Print what makes systemd, cron or the Windows Task Scheduler run \`bridges restart\`' \
'rehearse:Stand-ins for meeting servers on this machine, to rehearse with' \
'janus:Janus\: find leaked sessions, end them, drain the server for a restart' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'everpresent bridges commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__audit_commands] )) ||
_everpresent__subcmd__bridges__subcmd__audit_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges audit commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__check_commands] )) ||
_everpresent__subcmd__bridges__subcmd__check_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges check commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__help_commands] )) ||
_everpresent__subcmd__bridges__subcmd__help_commands() {
    local commands; commands=(
'audit:Find leaked sessions of Web Bridges in log files' \
'watch:Watch the bridges for ever\: read logs, audit each minute, tell operators, restart on schedule' \
'history:Show what the watch has kept\: sessions, restarts, the quietest hours of the week' \
'init:Write a commented inventory\: which servers there are, how they are reached, when they may be restarted' \
'check:Try every entry of the inventory\: name, sign-in, log, port, Admin API; nothing is changed' \
'trust:Learn the host key of a server, once' \
'restart:Restart servers\: in their window, without calls, one by one, looked at afterwards' \
'schedule:Print what makes systemd, cron or the Windows Task Scheduler run \`bridges restart\`' \
'rehearse:Stand-ins for meeting servers on this machine, to rehearse with' \
'janus:Janus\: find leaked sessions, end them, drain the server for a restart' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'everpresent bridges help commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__help__subcmd__audit_commands] )) ||
_everpresent__subcmd__bridges__subcmd__help__subcmd__audit_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges help audit commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__help__subcmd__check_commands] )) ||
_everpresent__subcmd__bridges__subcmd__help__subcmd__check_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges help check commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__help__subcmd__help_commands] )) ||
_everpresent__subcmd__bridges__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges help help commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__help__subcmd__history_commands] )) ||
_everpresent__subcmd__bridges__subcmd__help__subcmd__history_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges help history commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__help__subcmd__init_commands] )) ||
_everpresent__subcmd__bridges__subcmd__help__subcmd__init_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges help init commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__help__subcmd__janus_commands] )) ||
_everpresent__subcmd__bridges__subcmd__help__subcmd__janus_commands() {
    local commands; commands=(
'audit:List the sessions of a Janus server, which are leaked, and why' \
'end:End leaked sessions, one at a time, each after one more look at it' \
'drain:Let Janus take no new sessions, wait until nothing lives in it, then restart it' \
'open:Let Janus take new sessions again, after a drain that was killed' \
    )
    _describe -t commands 'everpresent bridges help janus commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__help__subcmd__janus__subcmd__audit_commands] )) ||
_everpresent__subcmd__bridges__subcmd__help__subcmd__janus__subcmd__audit_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges help janus audit commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__help__subcmd__janus__subcmd__drain_commands] )) ||
_everpresent__subcmd__bridges__subcmd__help__subcmd__janus__subcmd__drain_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges help janus drain commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__help__subcmd__janus__subcmd__end_commands] )) ||
_everpresent__subcmd__bridges__subcmd__help__subcmd__janus__subcmd__end_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges help janus end commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__help__subcmd__janus__subcmd__open_commands] )) ||
_everpresent__subcmd__bridges__subcmd__help__subcmd__janus__subcmd__open_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges help janus open commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__help__subcmd__rehearse_commands] )) ||
_everpresent__subcmd__bridges__subcmd__help__subcmd__rehearse_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges help rehearse commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__help__subcmd__restart_commands] )) ||
_everpresent__subcmd__bridges__subcmd__help__subcmd__restart_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges help restart commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__help__subcmd__schedule_commands] )) ||
_everpresent__subcmd__bridges__subcmd__help__subcmd__schedule_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges help schedule commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__help__subcmd__trust_commands] )) ||
_everpresent__subcmd__bridges__subcmd__help__subcmd__trust_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges help trust commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__help__subcmd__watch_commands] )) ||
_everpresent__subcmd__bridges__subcmd__help__subcmd__watch_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges help watch commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__history_commands] )) ||
_everpresent__subcmd__bridges__subcmd__history_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges history commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__init_commands] )) ||
_everpresent__subcmd__bridges__subcmd__init_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges init commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__janus_commands] )) ||
_everpresent__subcmd__bridges__subcmd__janus_commands() {
    local commands; commands=(
'audit:List the sessions of a Janus server, which are leaked, and why' \
'end:End leaked sessions, one at a time, each after one more look at it' \
'drain:Let Janus take no new sessions, wait until nothing lives in it, then restart it' \
'open:Let Janus take new sessions again, after a drain that was killed' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'everpresent bridges janus commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__janus__subcmd__audit_commands] )) ||
_everpresent__subcmd__bridges__subcmd__janus__subcmd__audit_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges janus audit commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__janus__subcmd__drain_commands] )) ||
_everpresent__subcmd__bridges__subcmd__janus__subcmd__drain_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges janus drain commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__janus__subcmd__end_commands] )) ||
_everpresent__subcmd__bridges__subcmd__janus__subcmd__end_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges janus end commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__janus__subcmd__help_commands] )) ||
_everpresent__subcmd__bridges__subcmd__janus__subcmd__help_commands() {
    local commands; commands=(
'audit:List the sessions of a Janus server, which are leaked, and why' \
'end:End leaked sessions, one at a time, each after one more look at it' \
'drain:Let Janus take no new sessions, wait until nothing lives in it, then restart it' \
'open:Let Janus take new sessions again, after a drain that was killed' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'everpresent bridges janus help commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__janus__subcmd__help__subcmd__audit_commands] )) ||
_everpresent__subcmd__bridges__subcmd__janus__subcmd__help__subcmd__audit_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges janus help audit commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__janus__subcmd__help__subcmd__drain_commands] )) ||
_everpresent__subcmd__bridges__subcmd__janus__subcmd__help__subcmd__drain_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges janus help drain commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__janus__subcmd__help__subcmd__end_commands] )) ||
_everpresent__subcmd__bridges__subcmd__janus__subcmd__help__subcmd__end_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges janus help end commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__janus__subcmd__help__subcmd__help_commands] )) ||
_everpresent__subcmd__bridges__subcmd__janus__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges janus help help commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__janus__subcmd__help__subcmd__open_commands] )) ||
_everpresent__subcmd__bridges__subcmd__janus__subcmd__help__subcmd__open_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges janus help open commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__janus__subcmd__open_commands] )) ||
_everpresent__subcmd__bridges__subcmd__janus__subcmd__open_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges janus open commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__rehearse_commands] )) ||
_everpresent__subcmd__bridges__subcmd__rehearse_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges rehearse commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__restart_commands] )) ||
_everpresent__subcmd__bridges__subcmd__restart_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges restart commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__schedule_commands] )) ||
_everpresent__subcmd__bridges__subcmd__schedule_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges schedule commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__trust_commands] )) ||
_everpresent__subcmd__bridges__subcmd__trust_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges trust commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__bridges__subcmd__watch_commands] )) ||
_everpresent__subcmd__bridges__subcmd__watch_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent bridges watch commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__cluster_commands] )) ||
_everpresent__subcmd__cluster_commands() {
    local commands; commands=(
'init:Make a cluster with this node as its first' \
'invite:Print a token with which another node can join, once and within an hour' \
'join:Join the cluster of the node that made the token' \
'status:Show this node'\''s certificate, until when it is valid, and open invitations' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'everpresent cluster commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__cluster__subcmd__help_commands] )) ||
_everpresent__subcmd__cluster__subcmd__help_commands() {
    local commands; commands=(
'init:Make a cluster with this node as its first' \
'invite:Print a token with which another node can join, once and within an hour' \
'join:Join the cluster of the node that made the token' \
'status:Show this node'\''s certificate, until when it is valid, and open invitations' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'everpresent cluster help commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__cluster__subcmd__help__subcmd__help_commands] )) ||
_everpresent__subcmd__cluster__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent cluster help help commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__cluster__subcmd__help__subcmd__init_commands] )) ||
_everpresent__subcmd__cluster__subcmd__help__subcmd__init_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent cluster help init commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__cluster__subcmd__help__subcmd__invite_commands] )) ||
_everpresent__subcmd__cluster__subcmd__help__subcmd__invite_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent cluster help invite commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__cluster__subcmd__help__subcmd__join_commands] )) ||
_everpresent__subcmd__cluster__subcmd__help__subcmd__join_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent cluster help join commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__cluster__subcmd__help__subcmd__status_commands] )) ||
_everpresent__subcmd__cluster__subcmd__help__subcmd__status_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent cluster help status commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__cluster__subcmd__init_commands] )) ||
_everpresent__subcmd__cluster__subcmd__init_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent cluster init commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__cluster__subcmd__invite_commands] )) ||
_everpresent__subcmd__cluster__subcmd__invite_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent cluster invite commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__cluster__subcmd__join_commands] )) ||
_everpresent__subcmd__cluster__subcmd__join_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent cluster join commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__cluster__subcmd__status_commands] )) ||
_everpresent__subcmd__cluster__subcmd__status_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent cluster status commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__completions_commands] )) ||
_everpresent__subcmd__completions_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent completions commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__config_commands] )) ||
_everpresent__subcmd__config_commands() {
    local commands; commands=(
'check:Check a configuration file\: every problem with line and column' \
'reference:Print the reference of all keys as Markdown' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'everpresent config commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__config__subcmd__check_commands] )) ||
_everpresent__subcmd__config__subcmd__check_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent config check commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__config__subcmd__help_commands] )) ||
_everpresent__subcmd__config__subcmd__help_commands() {
    local commands; commands=(
'check:Check a configuration file\: every problem with line and column' \
'reference:Print the reference of all keys as Markdown' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'everpresent config help commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__config__subcmd__help__subcmd__check_commands] )) ||
_everpresent__subcmd__config__subcmd__help__subcmd__check_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent config help check commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__config__subcmd__help__subcmd__help_commands] )) ||
_everpresent__subcmd__config__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent config help help commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__config__subcmd__help__subcmd__reference_commands] )) ||
_everpresent__subcmd__config__subcmd__help__subcmd__reference_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent config help reference commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__config__subcmd__reference_commands] )) ||
_everpresent__subcmd__config__subcmd__reference_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent config reference commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__demo_commands] )) ||
_everpresent__subcmd__demo_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent demo commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__group_commands] )) ||
_everpresent__subcmd__group_commands() {
    local commands; commands=(
'list:List groups with their nodes, and how many users each has' \
'create:Make an empty group' \
'add:Keep a place in a group for a node that has not started yet' \
'remove:Take a node out of its group, or remove a group that has no nodes' \
'assign:Assign users to another node, or say how new users are assigned' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'everpresent group commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__group__subcmd__add_commands] )) ||
_everpresent__subcmd__group__subcmd__add_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent group add commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__group__subcmd__assign_commands] )) ||
_everpresent__subcmd__group__subcmd__assign_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent group assign commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__group__subcmd__create_commands] )) ||
_everpresent__subcmd__group__subcmd__create_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent group create commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__group__subcmd__help_commands] )) ||
_everpresent__subcmd__group__subcmd__help_commands() {
    local commands; commands=(
'list:List groups with their nodes, and how many users each has' \
'create:Make an empty group' \
'add:Keep a place in a group for a node that has not started yet' \
'remove:Take a node out of its group, or remove a group that has no nodes' \
'assign:Assign users to another node, or say how new users are assigned' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'everpresent group help commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__group__subcmd__help__subcmd__add_commands] )) ||
_everpresent__subcmd__group__subcmd__help__subcmd__add_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent group help add commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__group__subcmd__help__subcmd__assign_commands] )) ||
_everpresent__subcmd__group__subcmd__help__subcmd__assign_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent group help assign commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__group__subcmd__help__subcmd__create_commands] )) ||
_everpresent__subcmd__group__subcmd__help__subcmd__create_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent group help create commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__group__subcmd__help__subcmd__help_commands] )) ||
_everpresent__subcmd__group__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent group help help commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__group__subcmd__help__subcmd__list_commands] )) ||
_everpresent__subcmd__group__subcmd__help__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent group help list commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__group__subcmd__help__subcmd__remove_commands] )) ||
_everpresent__subcmd__group__subcmd__help__subcmd__remove_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent group help remove commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__group__subcmd__list_commands] )) ||
_everpresent__subcmd__group__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent group list commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__group__subcmd__remove_commands] )) ||
_everpresent__subcmd__group__subcmd__remove_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent group remove commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__ha_commands] )) ||
_everpresent__subcmd__ha_commands() {
    local commands; commands=(
'status:Show state and reason of every node, and who owns which home' \
'states:Print all states and reasons, what to do in them, and what leads where, as Markdown' \
'explain:Say why a pair of Cisco IM & Presence nodes failed over, from its logs' \
'failover:Let the partner serve the users of a node, whose services then stop until a fallback' \
'fallback:Let a node that is failed over serve its users itself again' \
'enable:Enable high availability in a group of two nodes' \
'disable:Disable high availability in a group\: its nodes do not stand in for each other any more' \
'recover:Let the nodes of a group out of Running in Failed Mode' \
'maintenance:Hold automatic failover for faults of the services of a node while you work on it' \
'dns:Print the DNS records and host-meta to publish, so that clients find every node' \
'finalize:End an upgrade, when all nodes run the new version\: none can go back from then on' \
'set:Set a recovery parameter for the whole cluster, or all of them from a preset' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'everpresent ha commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__ha__subcmd__disable_commands] )) ||
_everpresent__subcmd__ha__subcmd__disable_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent ha disable commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__ha__subcmd__dns_commands] )) ||
_everpresent__subcmd__ha__subcmd__dns_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent ha dns commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__ha__subcmd__enable_commands] )) ||
_everpresent__subcmd__ha__subcmd__enable_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent ha enable commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__ha__subcmd__explain_commands] )) ||
_everpresent__subcmd__ha__subcmd__explain_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent ha explain commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__ha__subcmd__failover_commands] )) ||
_everpresent__subcmd__ha__subcmd__failover_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent ha failover commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__ha__subcmd__fallback_commands] )) ||
_everpresent__subcmd__ha__subcmd__fallback_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent ha fallback commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__ha__subcmd__finalize_commands] )) ||
_everpresent__subcmd__ha__subcmd__finalize_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent ha finalize commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__ha__subcmd__help_commands] )) ||
_everpresent__subcmd__ha__subcmd__help_commands() {
    local commands; commands=(
'status:Show state and reason of every node, and who owns which home' \
'states:Print all states and reasons, what to do in them, and what leads where, as Markdown' \
'explain:Say why a pair of Cisco IM & Presence nodes failed over, from its logs' \
'failover:Let the partner serve the users of a node, whose services then stop until a fallback' \
'fallback:Let a node that is failed over serve its users itself again' \
'enable:Enable high availability in a group of two nodes' \
'disable:Disable high availability in a group\: its nodes do not stand in for each other any more' \
'recover:Let the nodes of a group out of Running in Failed Mode' \
'maintenance:Hold automatic failover for faults of the services of a node while you work on it' \
'dns:Print the DNS records and host-meta to publish, so that clients find every node' \
'finalize:End an upgrade, when all nodes run the new version\: none can go back from then on' \
'set:Set a recovery parameter for the whole cluster, or all of them from a preset' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'everpresent ha help commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__ha__subcmd__help__subcmd__disable_commands] )) ||
_everpresent__subcmd__ha__subcmd__help__subcmd__disable_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent ha help disable commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__ha__subcmd__help__subcmd__dns_commands] )) ||
_everpresent__subcmd__ha__subcmd__help__subcmd__dns_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent ha help dns commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__ha__subcmd__help__subcmd__enable_commands] )) ||
_everpresent__subcmd__ha__subcmd__help__subcmd__enable_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent ha help enable commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__ha__subcmd__help__subcmd__explain_commands] )) ||
_everpresent__subcmd__ha__subcmd__help__subcmd__explain_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent ha help explain commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__ha__subcmd__help__subcmd__failover_commands] )) ||
_everpresent__subcmd__ha__subcmd__help__subcmd__failover_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent ha help failover commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__ha__subcmd__help__subcmd__fallback_commands] )) ||
_everpresent__subcmd__ha__subcmd__help__subcmd__fallback_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent ha help fallback commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__ha__subcmd__help__subcmd__finalize_commands] )) ||
_everpresent__subcmd__ha__subcmd__help__subcmd__finalize_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent ha help finalize commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__ha__subcmd__help__subcmd__help_commands] )) ||
_everpresent__subcmd__ha__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent ha help help commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__ha__subcmd__help__subcmd__maintenance_commands] )) ||
_everpresent__subcmd__ha__subcmd__help__subcmd__maintenance_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent ha help maintenance commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__ha__subcmd__help__subcmd__recover_commands] )) ||
_everpresent__subcmd__ha__subcmd__help__subcmd__recover_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent ha help recover commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__ha__subcmd__help__subcmd__set_commands] )) ||
_everpresent__subcmd__ha__subcmd__help__subcmd__set_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent ha help set commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__ha__subcmd__help__subcmd__states_commands] )) ||
_everpresent__subcmd__ha__subcmd__help__subcmd__states_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent ha help states commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__ha__subcmd__help__subcmd__status_commands] )) ||
_everpresent__subcmd__ha__subcmd__help__subcmd__status_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent ha help status commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__ha__subcmd__maintenance_commands] )) ||
_everpresent__subcmd__ha__subcmd__maintenance_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent ha maintenance commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__ha__subcmd__recover_commands] )) ||
_everpresent__subcmd__ha__subcmd__recover_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent ha recover commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__ha__subcmd__set_commands] )) ||
_everpresent__subcmd__ha__subcmd__set_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent ha set commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__ha__subcmd__states_commands] )) ||
_everpresent__subcmd__ha__subcmd__states_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent ha states commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__ha__subcmd__status_commands] )) ||
_everpresent__subcmd__ha__subcmd__status_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent ha status commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help_commands] )) ||
_everpresent__subcmd__help_commands() {
    local commands; commands=(
'init:Write a commented configuration file into a folder' \
'config:Check a configuration, or print the reference of all keys' \
'alerts:The ways by which operators are told of alerts\: test' \
'user:Accounts\: add, list, password, disable, enable, remove, import' \
'sessions:Sessions of the running server\: list, audit, end' \
'cluster:The cluster that this node belongs to\: init, invite, join, status' \
'ha:High availability\: status, explain, failover, fallback, enable, disable, recover, maintenance, finalize, dns, states, set' \
'service:The monitored services of the running node\: list, start, stop, restart, break' \
'group:Redundancy groups\: list, create, add, remove, assign' \
'sql:Ask about redundancy groups and nodes with SQL' \
'support-bundle:Pack what is needed to understand an event into one file, without secrets' \
'bridges:Meeting bridges of others\: audit, watch, init, check, trust, restart, schedule, rehearse, history, janus' \
'demo:Start a complete server in a folder of its own and show what it does' \
'specifications:Print which XMPP specifications are implemented, as Markdown' \
'completions:Print shell completions' \
'man:Print the manual page, or write all of them into a folder' \
'serve:Run the server' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'everpresent help commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__alerts_commands] )) ||
_everpresent__subcmd__help__subcmd__alerts_commands() {
    local commands; commands=(
'test:Send a test notice by every way that is set in \[alerts\] and say whether it arrived' \
    )
    _describe -t commands 'everpresent help alerts commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__alerts__subcmd__test_commands] )) ||
_everpresent__subcmd__help__subcmd__alerts__subcmd__test_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help alerts test commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__bridges_commands] )) ||
_everpresent__subcmd__help__subcmd__bridges_commands() {
    local commands; commands=(
'audit:Find leaked sessions of Web Bridges in log files' \
'watch:Watch the bridges for ever\: read logs, audit each minute, tell operators, restart on schedule' \
'history:Show what the watch has kept\: sessions, restarts, the quietest hours of the week' \
'init:Write a commented inventory\: which servers there are, how they are reached, when they may be restarted' \
'check:Try every entry of the inventory\: name, sign-in, log, port, Admin API; nothing is changed' \
'trust:Learn the host key of a server, once' \
'restart:Restart servers\: in their window, without calls, one by one, looked at afterwards' \
'schedule:Print what makes systemd, cron or the Windows Task Scheduler run \`bridges restart\`' \
'rehearse:Stand-ins for meeting servers on this machine, to rehearse with' \
'janus:Janus\: find leaked sessions, end them, drain the server for a restart' \
    )
    _describe -t commands 'everpresent help bridges commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__bridges__subcmd__audit_commands] )) ||
_everpresent__subcmd__help__subcmd__bridges__subcmd__audit_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help bridges audit commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__bridges__subcmd__check_commands] )) ||
_everpresent__subcmd__help__subcmd__bridges__subcmd__check_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help bridges check commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__bridges__subcmd__history_commands] )) ||
_everpresent__subcmd__help__subcmd__bridges__subcmd__history_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help bridges history commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__bridges__subcmd__init_commands] )) ||
_everpresent__subcmd__help__subcmd__bridges__subcmd__init_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help bridges init commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__bridges__subcmd__janus_commands] )) ||
_everpresent__subcmd__help__subcmd__bridges__subcmd__janus_commands() {
    local commands; commands=(
'audit:List the sessions of a Janus server, which are leaked, and why' \
'end:End leaked sessions, one at a time, each after one more look at it' \
'drain:Let Janus take no new sessions, wait until nothing lives in it, then restart it' \
'open:Let Janus take new sessions again, after a drain that was killed' \
    )
    _describe -t commands 'everpresent help bridges janus commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__bridges__subcmd__janus__subcmd__audit_commands] )) ||
_everpresent__subcmd__help__subcmd__bridges__subcmd__janus__subcmd__audit_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help bridges janus audit commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__bridges__subcmd__janus__subcmd__drain_commands] )) ||
_everpresent__subcmd__help__subcmd__bridges__subcmd__janus__subcmd__drain_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help bridges janus drain commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__bridges__subcmd__janus__subcmd__end_commands] )) ||
_everpresent__subcmd__help__subcmd__bridges__subcmd__janus__subcmd__end_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help bridges janus end commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__bridges__subcmd__janus__subcmd__open_commands] )) ||
_everpresent__subcmd__help__subcmd__bridges__subcmd__janus__subcmd__open_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help bridges janus open commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__bridges__subcmd__rehearse_commands] )) ||
_everpresent__subcmd__help__subcmd__bridges__subcmd__rehearse_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help bridges rehearse commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__bridges__subcmd__restart_commands] )) ||
_everpresent__subcmd__help__subcmd__bridges__subcmd__restart_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help bridges restart commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__bridges__subcmd__schedule_commands] )) ||
_everpresent__subcmd__help__subcmd__bridges__subcmd__schedule_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help bridges schedule commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__bridges__subcmd__trust_commands] )) ||
_everpresent__subcmd__help__subcmd__bridges__subcmd__trust_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help bridges trust commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__bridges__subcmd__watch_commands] )) ||
_everpresent__subcmd__help__subcmd__bridges__subcmd__watch_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help bridges watch commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__cluster_commands] )) ||
_everpresent__subcmd__help__subcmd__cluster_commands() {
    local commands; commands=(
'init:Make a cluster with this node as its first' \
'invite:Print a token with which another node can join, once and within an hour' \
'join:Join the cluster of the node that made the token' \
'status:Show this node'\''s certificate, until when it is valid, and open invitations' \
    )
    _describe -t commands 'everpresent help cluster commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__cluster__subcmd__init_commands] )) ||
_everpresent__subcmd__help__subcmd__cluster__subcmd__init_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help cluster init commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__cluster__subcmd__invite_commands] )) ||
_everpresent__subcmd__help__subcmd__cluster__subcmd__invite_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help cluster invite commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__cluster__subcmd__join_commands] )) ||
_everpresent__subcmd__help__subcmd__cluster__subcmd__join_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help cluster join commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__cluster__subcmd__status_commands] )) ||
_everpresent__subcmd__help__subcmd__cluster__subcmd__status_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help cluster status commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__completions_commands] )) ||
_everpresent__subcmd__help__subcmd__completions_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help completions commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__config_commands] )) ||
_everpresent__subcmd__help__subcmd__config_commands() {
    local commands; commands=(
'check:Check a configuration file\: every problem with line and column' \
'reference:Print the reference of all keys as Markdown' \
    )
    _describe -t commands 'everpresent help config commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__config__subcmd__check_commands] )) ||
_everpresent__subcmd__help__subcmd__config__subcmd__check_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help config check commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__config__subcmd__reference_commands] )) ||
_everpresent__subcmd__help__subcmd__config__subcmd__reference_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help config reference commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__demo_commands] )) ||
_everpresent__subcmd__help__subcmd__demo_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help demo commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__group_commands] )) ||
_everpresent__subcmd__help__subcmd__group_commands() {
    local commands; commands=(
'list:List groups with their nodes, and how many users each has' \
'create:Make an empty group' \
'add:Keep a place in a group for a node that has not started yet' \
'remove:Take a node out of its group, or remove a group that has no nodes' \
'assign:Assign users to another node, or say how new users are assigned' \
    )
    _describe -t commands 'everpresent help group commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__group__subcmd__add_commands] )) ||
_everpresent__subcmd__help__subcmd__group__subcmd__add_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help group add commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__group__subcmd__assign_commands] )) ||
_everpresent__subcmd__help__subcmd__group__subcmd__assign_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help group assign commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__group__subcmd__create_commands] )) ||
_everpresent__subcmd__help__subcmd__group__subcmd__create_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help group create commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__group__subcmd__list_commands] )) ||
_everpresent__subcmd__help__subcmd__group__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help group list commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__group__subcmd__remove_commands] )) ||
_everpresent__subcmd__help__subcmd__group__subcmd__remove_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help group remove commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__ha_commands] )) ||
_everpresent__subcmd__help__subcmd__ha_commands() {
    local commands; commands=(
'status:Show state and reason of every node, and who owns which home' \
'states:Print all states and reasons, what to do in them, and what leads where, as Markdown' \
'explain:Say why a pair of Cisco IM & Presence nodes failed over, from its logs' \
'failover:Let the partner serve the users of a node, whose services then stop until a fallback' \
'fallback:Let a node that is failed over serve its users itself again' \
'enable:Enable high availability in a group of two nodes' \
'disable:Disable high availability in a group\: its nodes do not stand in for each other any more' \
'recover:Let the nodes of a group out of Running in Failed Mode' \
'maintenance:Hold automatic failover for faults of the services of a node while you work on it' \
'dns:Print the DNS records and host-meta to publish, so that clients find every node' \
'finalize:End an upgrade, when all nodes run the new version\: none can go back from then on' \
'set:Set a recovery parameter for the whole cluster, or all of them from a preset' \
    )
    _describe -t commands 'everpresent help ha commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__ha__subcmd__disable_commands] )) ||
_everpresent__subcmd__help__subcmd__ha__subcmd__disable_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help ha disable commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__ha__subcmd__dns_commands] )) ||
_everpresent__subcmd__help__subcmd__ha__subcmd__dns_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help ha dns commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__ha__subcmd__enable_commands] )) ||
_everpresent__subcmd__help__subcmd__ha__subcmd__enable_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help ha enable commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__ha__subcmd__explain_commands] )) ||
_everpresent__subcmd__help__subcmd__ha__subcmd__explain_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help ha explain commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__ha__subcmd__failover_commands] )) ||
_everpresent__subcmd__help__subcmd__ha__subcmd__failover_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help ha failover commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__ha__subcmd__fallback_commands] )) ||
_everpresent__subcmd__help__subcmd__ha__subcmd__fallback_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help ha fallback commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__ha__subcmd__finalize_commands] )) ||
_everpresent__subcmd__help__subcmd__ha__subcmd__finalize_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help ha finalize commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__ha__subcmd__maintenance_commands] )) ||
_everpresent__subcmd__help__subcmd__ha__subcmd__maintenance_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help ha maintenance commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__ha__subcmd__recover_commands] )) ||
_everpresent__subcmd__help__subcmd__ha__subcmd__recover_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help ha recover commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__ha__subcmd__set_commands] )) ||
_everpresent__subcmd__help__subcmd__ha__subcmd__set_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help ha set commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__ha__subcmd__states_commands] )) ||
_everpresent__subcmd__help__subcmd__ha__subcmd__states_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help ha states commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__ha__subcmd__status_commands] )) ||
_everpresent__subcmd__help__subcmd__ha__subcmd__status_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help ha status commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__help_commands] )) ||
_everpresent__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help help commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__init_commands] )) ||
_everpresent__subcmd__help__subcmd__init_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help init commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__man_commands] )) ||
_everpresent__subcmd__help__subcmd__man_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help man commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__serve_commands] )) ||
_everpresent__subcmd__help__subcmd__serve_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help serve commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__service_commands] )) ||
_everpresent__subcmd__help__subcmd__service_commands() {
    local commands; commands=(
'list:Show the monitored services of this node' \
'stop:Stop a service; it stays down until it is started' \
'start:Start a service that is down' \
'restart:Stop a service and start it again' \
'break:Break a service until it is started, to rehearse what follows' \
    )
    _describe -t commands 'everpresent help service commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__service__subcmd__break_commands] )) ||
_everpresent__subcmd__help__subcmd__service__subcmd__break_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help service break commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__service__subcmd__list_commands] )) ||
_everpresent__subcmd__help__subcmd__service__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help service list commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__service__subcmd__restart_commands] )) ||
_everpresent__subcmd__help__subcmd__service__subcmd__restart_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help service restart commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__service__subcmd__start_commands] )) ||
_everpresent__subcmd__help__subcmd__service__subcmd__start_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help service start commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__service__subcmd__stop_commands] )) ||
_everpresent__subcmd__help__subcmd__service__subcmd__stop_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help service stop commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__sessions_commands] )) ||
_everpresent__subcmd__help__subcmd__sessions_commands() {
    local commands; commands=(
'list:List sessions' \
'audit:Count connections, sessions and presences against each other and name every difference' \
'end:End one session (full address) or all sessions of a user (bare address)' \
    )
    _describe -t commands 'everpresent help sessions commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__sessions__subcmd__audit_commands] )) ||
_everpresent__subcmd__help__subcmd__sessions__subcmd__audit_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help sessions audit commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__sessions__subcmd__end_commands] )) ||
_everpresent__subcmd__help__subcmd__sessions__subcmd__end_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help sessions end commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__sessions__subcmd__list_commands] )) ||
_everpresent__subcmd__help__subcmd__sessions__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help sessions list commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__specifications_commands] )) ||
_everpresent__subcmd__help__subcmd__specifications_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help specifications commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__sql_commands] )) ||
_everpresent__subcmd__help__subcmd__sql_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help sql commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__support-bundle_commands] )) ||
_everpresent__subcmd__help__subcmd__support-bundle_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help support-bundle commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__user_commands] )) ||
_everpresent__subcmd__help__subcmd__user_commands() {
    local commands; commands=(
'add:Make an account' \
'list:List accounts' \
'password:Set a password' \
'disable:Keep a user from signing in and end the user'\''s sessions; nothing is deleted' \
'enable:Let a disabled user sign in again' \
'remove:Remove an account with its roster, archive and messages' \
'import:Make accounts from a CSV file with the columns jid and password' \
    )
    _describe -t commands 'everpresent help user commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__user__subcmd__add_commands] )) ||
_everpresent__subcmd__help__subcmd__user__subcmd__add_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help user add commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__user__subcmd__disable_commands] )) ||
_everpresent__subcmd__help__subcmd__user__subcmd__disable_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help user disable commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__user__subcmd__enable_commands] )) ||
_everpresent__subcmd__help__subcmd__user__subcmd__enable_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help user enable commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__user__subcmd__import_commands] )) ||
_everpresent__subcmd__help__subcmd__user__subcmd__import_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help user import commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__user__subcmd__list_commands] )) ||
_everpresent__subcmd__help__subcmd__user__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help user list commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__user__subcmd__password_commands] )) ||
_everpresent__subcmd__help__subcmd__user__subcmd__password_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help user password commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__help__subcmd__user__subcmd__remove_commands] )) ||
_everpresent__subcmd__help__subcmd__user__subcmd__remove_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent help user remove commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__init_commands] )) ||
_everpresent__subcmd__init_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent init commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__man_commands] )) ||
_everpresent__subcmd__man_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent man commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__serve_commands] )) ||
_everpresent__subcmd__serve_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent serve commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__service_commands] )) ||
_everpresent__subcmd__service_commands() {
    local commands; commands=(
'list:Show the monitored services of this node' \
'stop:Stop a service; it stays down until it is started' \
'start:Start a service that is down' \
'restart:Stop a service and start it again' \
'break:Break a service until it is started, to rehearse what follows' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'everpresent service commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__service__subcmd__break_commands] )) ||
_everpresent__subcmd__service__subcmd__break_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent service break commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__service__subcmd__help_commands] )) ||
_everpresent__subcmd__service__subcmd__help_commands() {
    local commands; commands=(
'list:Show the monitored services of this node' \
'stop:Stop a service; it stays down until it is started' \
'start:Start a service that is down' \
'restart:Stop a service and start it again' \
'break:Break a service until it is started, to rehearse what follows' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'everpresent service help commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__service__subcmd__help__subcmd__break_commands] )) ||
_everpresent__subcmd__service__subcmd__help__subcmd__break_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent service help break commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__service__subcmd__help__subcmd__help_commands] )) ||
_everpresent__subcmd__service__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent service help help commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__service__subcmd__help__subcmd__list_commands] )) ||
_everpresent__subcmd__service__subcmd__help__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent service help list commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__service__subcmd__help__subcmd__restart_commands] )) ||
_everpresent__subcmd__service__subcmd__help__subcmd__restart_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent service help restart commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__service__subcmd__help__subcmd__start_commands] )) ||
_everpresent__subcmd__service__subcmd__help__subcmd__start_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent service help start commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__service__subcmd__help__subcmd__stop_commands] )) ||
_everpresent__subcmd__service__subcmd__help__subcmd__stop_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent service help stop commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__service__subcmd__list_commands] )) ||
_everpresent__subcmd__service__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent service list commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__service__subcmd__restart_commands] )) ||
_everpresent__subcmd__service__subcmd__restart_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent service restart commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__service__subcmd__start_commands] )) ||
_everpresent__subcmd__service__subcmd__start_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent service start commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__service__subcmd__stop_commands] )) ||
_everpresent__subcmd__service__subcmd__stop_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent service stop commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__sessions_commands] )) ||
_everpresent__subcmd__sessions_commands() {
    local commands; commands=(
'list:List sessions' \
'audit:Count connections, sessions and presences against each other and name every difference' \
'end:End one session (full address) or all sessions of a user (bare address)' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'everpresent sessions commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__sessions__subcmd__audit_commands] )) ||
_everpresent__subcmd__sessions__subcmd__audit_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent sessions audit commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__sessions__subcmd__end_commands] )) ||
_everpresent__subcmd__sessions__subcmd__end_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent sessions end commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__sessions__subcmd__help_commands] )) ||
_everpresent__subcmd__sessions__subcmd__help_commands() {
    local commands; commands=(
'list:List sessions' \
'audit:Count connections, sessions and presences against each other and name every difference' \
'end:End one session (full address) or all sessions of a user (bare address)' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'everpresent sessions help commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__sessions__subcmd__help__subcmd__audit_commands] )) ||
_everpresent__subcmd__sessions__subcmd__help__subcmd__audit_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent sessions help audit commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__sessions__subcmd__help__subcmd__end_commands] )) ||
_everpresent__subcmd__sessions__subcmd__help__subcmd__end_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent sessions help end commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__sessions__subcmd__help__subcmd__help_commands] )) ||
_everpresent__subcmd__sessions__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent sessions help help commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__sessions__subcmd__help__subcmd__list_commands] )) ||
_everpresent__subcmd__sessions__subcmd__help__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent sessions help list commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__sessions__subcmd__list_commands] )) ||
_everpresent__subcmd__sessions__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent sessions list commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__specifications_commands] )) ||
_everpresent__subcmd__specifications_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent specifications commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__sql_commands] )) ||
_everpresent__subcmd__sql_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent sql commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__support-bundle_commands] )) ||
_everpresent__subcmd__support-bundle_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent support-bundle commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__user_commands] )) ||
_everpresent__subcmd__user_commands() {
    local commands; commands=(
'add:Make an account' \
'list:List accounts' \
'password:Set a password' \
'disable:Keep a user from signing in and end the user'\''s sessions; nothing is deleted' \
'enable:Let a disabled user sign in again' \
'remove:Remove an account with its roster, archive and messages' \
'import:Make accounts from a CSV file with the columns jid and password' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'everpresent user commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__user__subcmd__add_commands] )) ||
_everpresent__subcmd__user__subcmd__add_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent user add commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__user__subcmd__disable_commands] )) ||
_everpresent__subcmd__user__subcmd__disable_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent user disable commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__user__subcmd__enable_commands] )) ||
_everpresent__subcmd__user__subcmd__enable_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent user enable commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__user__subcmd__help_commands] )) ||
_everpresent__subcmd__user__subcmd__help_commands() {
    local commands; commands=(
'add:Make an account' \
'list:List accounts' \
'password:Set a password' \
'disable:Keep a user from signing in and end the user'\''s sessions; nothing is deleted' \
'enable:Let a disabled user sign in again' \
'remove:Remove an account with its roster, archive and messages' \
'import:Make accounts from a CSV file with the columns jid and password' \
'help:Print this message or the help of the given subcommand(s)' \
    )
    _describe -t commands 'everpresent user help commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__user__subcmd__help__subcmd__add_commands] )) ||
_everpresent__subcmd__user__subcmd__help__subcmd__add_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent user help add commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__user__subcmd__help__subcmd__disable_commands] )) ||
_everpresent__subcmd__user__subcmd__help__subcmd__disable_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent user help disable commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__user__subcmd__help__subcmd__enable_commands] )) ||
_everpresent__subcmd__user__subcmd__help__subcmd__enable_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent user help enable commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__user__subcmd__help__subcmd__help_commands] )) ||
_everpresent__subcmd__user__subcmd__help__subcmd__help_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent user help help commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__user__subcmd__help__subcmd__import_commands] )) ||
_everpresent__subcmd__user__subcmd__help__subcmd__import_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent user help import commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__user__subcmd__help__subcmd__list_commands] )) ||
_everpresent__subcmd__user__subcmd__help__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent user help list commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__user__subcmd__help__subcmd__password_commands] )) ||
_everpresent__subcmd__user__subcmd__help__subcmd__password_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent user help password commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__user__subcmd__help__subcmd__remove_commands] )) ||
_everpresent__subcmd__user__subcmd__help__subcmd__remove_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent user help remove commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__user__subcmd__import_commands] )) ||
_everpresent__subcmd__user__subcmd__import_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent user import commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__user__subcmd__list_commands] )) ||
_everpresent__subcmd__user__subcmd__list_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent user list commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__user__subcmd__password_commands] )) ||
_everpresent__subcmd__user__subcmd__password_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent user password commands' commands "$@"
}
(( $+functions[_everpresent__subcmd__user__subcmd__remove_commands] )) ||
_everpresent__subcmd__user__subcmd__remove_commands() {
    local commands; commands=()
    _describe -t commands 'everpresent user remove commands' commands "$@"
}

if [ "$funcstack[1]" = "_everpresent" ]; then
    _everpresent "$@"
else
    compdef _everpresent everpresent
fi
