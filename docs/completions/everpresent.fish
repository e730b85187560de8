# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_everpresent_global_optspecs
    string join \n c/config= json h/help V/version
end

function __fish_everpresent_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_everpresent_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_everpresent_using_subcommand
    set -l cmd (__fish_everpresent_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c everpresent -n "__fish_everpresent_needs_command" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_needs_command" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_needs_command" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_needs_command" -s V -l version -d 'Print version'
complete -c everpresent -n "__fish_everpresent_needs_command" -f -a "init" -d 'Write a commented configuration file into a folder'
complete -c everpresent -n "__fish_everpresent_needs_command" -f -a "config" -d 'Check a configuration, or print the reference of all keys'
complete -c everpresent -n "__fish_everpresent_needs_command" -f -a "alerts" -d 'The ways by which operators are told of alerts: test'
complete -c everpresent -n "__fish_everpresent_needs_command" -f -a "user" -d 'Accounts: add, list, password, disable, enable, remove, import'
complete -c everpresent -n "__fish_everpresent_needs_command" -f -a "sessions" -d 'Sessions of the running server: list, audit, end'
complete -c everpresent -n "__fish_everpresent_needs_command" -f -a "cluster" -d 'The cluster that this node belongs to: init, invite, join, status'
complete -c everpresent -n "__fish_everpresent_needs_command" -f -a "ha" -d 'High availability: status, explain, failover, fallback, enable, disable, recover, maintenance, finalize, dns, states, set'
complete -c everpresent -n "__fish_everpresent_needs_command" -f -a "service" -d 'The monitored services of the running node: list, start, stop, restart, break'
complete -c everpresent -n "__fish_everpresent_needs_command" -f -a "group" -d 'Redundancy groups: list, create, add, remove, assign'
complete -c everpresent -n "__fish_everpresent_needs_command" -f -a "sql" -d 'Ask about redundancy groups and nodes with SQL'
complete -c everpresent -n "__fish_everpresent_needs_command" -f -a "support-bundle" -d 'Pack what is needed to understand an event into one file, without secrets'
complete -c everpresent -n "__fish_everpresent_needs_command" -f -a "bridges" -d 'Meeting bridges of others: audit, watch, init, check, trust, restart, schedule, rehearse, history, janus'
complete -c everpresent -n "__fish_everpresent_needs_command" -f -a "demo" -d 'Start a complete server in a folder of its own and show what it does'
complete -c everpresent -n "__fish_everpresent_needs_command" -f -a "specifications" -d 'Print which XMPP specifications are implemented, as Markdown'
complete -c everpresent -n "__fish_everpresent_needs_command" -f -a "completions" -d 'Print shell completions'
complete -c everpresent -n "__fish_everpresent_needs_command" -f -a "man" -d 'Print the manual page, or write all of them into a folder'
complete -c everpresent -n "__fish_everpresent_needs_command" -f -a "serve" -d 'Run the server'
complete -c everpresent -n "__fish_everpresent_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c everpresent -n "__fish_everpresent_using_subcommand init" -l domain -d 'Domain that is served: what stands after the @ of the users\' addresses' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand init" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand init" -l force -d 'Overwrite an existing file'
complete -c everpresent -n "__fish_everpresent_using_subcommand init" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand init" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand config; and not __fish_seen_subcommand_from check reference help" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand config; and not __fish_seen_subcommand_from check reference help" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand config; and not __fish_seen_subcommand_from check reference help" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand config; and not __fish_seen_subcommand_from check reference help" -f -a "check" -d 'Check a configuration file: every problem with line and column'
complete -c everpresent -n "__fish_everpresent_using_subcommand config; and not __fish_seen_subcommand_from check reference help" -f -a "reference" -d 'Print the reference of all keys as Markdown'
complete -c everpresent -n "__fish_everpresent_using_subcommand config; and not __fish_seen_subcommand_from check reference help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c everpresent -n "__fish_everpresent_using_subcommand config; and __fish_seen_subcommand_from check" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand config; and __fish_seen_subcommand_from check" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand config; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand config; and __fish_seen_subcommand_from reference" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand config; and __fish_seen_subcommand_from reference" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand config; and __fish_seen_subcommand_from reference" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "check" -d 'Check a configuration file: every problem with line and column'
complete -c everpresent -n "__fish_everpresent_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "reference" -d 'Print the reference of all keys as Markdown'
complete -c everpresent -n "__fish_everpresent_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c everpresent -n "__fish_everpresent_using_subcommand alerts; and not __fish_seen_subcommand_from test help" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand alerts; and not __fish_seen_subcommand_from test help" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand alerts; and not __fish_seen_subcommand_from test help" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand alerts; and not __fish_seen_subcommand_from test help" -f -a "test" -d 'Send a test notice by every way that is set in [alerts] and say whether it arrived'
complete -c everpresent -n "__fish_everpresent_using_subcommand alerts; and not __fish_seen_subcommand_from test help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c everpresent -n "__fish_everpresent_using_subcommand alerts; and __fish_seen_subcommand_from test" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand alerts; and __fish_seen_subcommand_from test" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand alerts; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand alerts; and __fish_seen_subcommand_from help" -f -a "test" -d 'Send a test notice by every way that is set in [alerts] and say whether it arrived'
complete -c everpresent -n "__fish_everpresent_using_subcommand alerts; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and not __fish_seen_subcommand_from add list password disable enable remove import help" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and not __fish_seen_subcommand_from add list password disable enable remove import help" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and not __fish_seen_subcommand_from add list password disable enable remove import help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and not __fish_seen_subcommand_from add list password disable enable remove import help" -f -a "add" -d 'Make an account'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and not __fish_seen_subcommand_from add list password disable enable remove import help" -f -a "list" -d 'List accounts'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and not __fish_seen_subcommand_from add list password disable enable remove import help" -f -a "password" -d 'Set a password'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and not __fish_seen_subcommand_from add list password disable enable remove import help" -f -a "disable" -d 'Keep a user from signing in and end the user\'s sessions; nothing is deleted'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and not __fish_seen_subcommand_from add list password disable enable remove import help" -f -a "enable" -d 'Let a disabled user sign in again'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and not __fish_seen_subcommand_from add list password disable enable remove import help" -f -a "remove" -d 'Remove an account with its roster, archive and messages'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and not __fish_seen_subcommand_from add list password disable enable remove import help" -f -a "import" -d 'Make accounts from a CSV file with the columns jid and password'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and not __fish_seen_subcommand_from add list password disable enable remove import help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from add" -l password-file -d 'Read the password from the first line of this file, instead of asking (or reading standard input)' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from add" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from add" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from list" -l limit -d 'Most entries' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from list" -l after -d 'Begin after this address' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from list" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from list" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from password" -l password-file -d 'Read the password from the first line of this file, instead of asking (or reading standard input)' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from password" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from password" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from password" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from disable" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from disable" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from disable" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from enable" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from enable" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from enable" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from remove" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from remove" -s y -l yes -d 'Do not ask'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from remove" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from import" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from import" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from help" -f -a "add" -d 'Make an account'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from help" -f -a "list" -d 'List accounts'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from help" -f -a "password" -d 'Set a password'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from help" -f -a "disable" -d 'Keep a user from signing in and end the user\'s sessions; nothing is deleted'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from help" -f -a "enable" -d 'Let a disabled user sign in again'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Remove an account with its roster, archive and messages'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from help" -f -a "import" -d 'Make accounts from a CSV file with the columns jid and password'
complete -c everpresent -n "__fish_everpresent_using_subcommand user; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c everpresent -n "__fish_everpresent_using_subcommand sessions; and not __fish_seen_subcommand_from list audit end help" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand sessions; and not __fish_seen_subcommand_from list audit end help" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand sessions; and not __fish_seen_subcommand_from list audit end help" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand sessions; and not __fish_seen_subcommand_from list audit end help" -f -a "list" -d 'List sessions'
complete -c everpresent -n "__fish_everpresent_using_subcommand sessions; and not __fish_seen_subcommand_from list audit end help" -f -a "audit" -d 'Count connections, sessions and presences against each other and name every difference'
complete -c everpresent -n "__fish_everpresent_using_subcommand sessions; and not __fish_seen_subcommand_from list audit end help" -f -a "end" -d 'End one session (full address) or all sessions of a user (bare address)'
complete -c everpresent -n "__fish_everpresent_using_subcommand sessions; and not __fish_seen_subcommand_from list audit end help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c everpresent -n "__fish_everpresent_using_subcommand sessions; and __fish_seen_subcommand_from list" -l user -d 'Only those of this user' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand sessions; and __fish_seen_subcommand_from list" -l state -d 'Only those in this state' -r -f -a "open\t'With a connection'
detached\t'Without one, waiting for its client'
closing\t'Ending'"
complete -c everpresent -n "__fish_everpresent_using_subcommand sessions; and __fish_seen_subcommand_from list" -l limit -d 'Most entries' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand sessions; and __fish_seen_subcommand_from list" -l after -d 'Begin after this address' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand sessions; and __fish_seen_subcommand_from list" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand sessions; and __fish_seen_subcommand_from list" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand sessions; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand sessions; and __fish_seen_subcommand_from audit" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand sessions; and __fish_seen_subcommand_from audit" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand sessions; and __fish_seen_subcommand_from audit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand sessions; and __fish_seen_subcommand_from end" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand sessions; and __fish_seen_subcommand_from end" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand sessions; and __fish_seen_subcommand_from end" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand sessions; and __fish_seen_subcommand_from help" -f -a "list" -d 'List sessions'
complete -c everpresent -n "__fish_everpresent_using_subcommand sessions; and __fish_seen_subcommand_from help" -f -a "audit" -d 'Count connections, sessions and presences against each other and name every difference'
complete -c everpresent -n "__fish_everpresent_using_subcommand sessions; and __fish_seen_subcommand_from help" -f -a "end" -d 'End one session (full address) or all sessions of a user (bare address)'
complete -c everpresent -n "__fish_everpresent_using_subcommand sessions; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c everpresent -n "__fish_everpresent_using_subcommand cluster; and not __fish_seen_subcommand_from init invite join status help" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand cluster; and not __fish_seen_subcommand_from init invite join status help" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand cluster; and not __fish_seen_subcommand_from init invite join status help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand cluster; and not __fish_seen_subcommand_from init invite join status help" -f -a "init" -d 'Make a cluster with this node as its first'
complete -c everpresent -n "__fish_everpresent_using_subcommand cluster; and not __fish_seen_subcommand_from init invite join status help" -f -a "invite" -d 'Print a token with which another node can join, once and within an hour'
complete -c everpresent -n "__fish_everpresent_using_subcommand cluster; and not __fish_seen_subcommand_from init invite join status help" -f -a "join" -d 'Join the cluster of the node that made the token'
complete -c everpresent -n "__fish_everpresent_using_subcommand cluster; and not __fish_seen_subcommand_from init invite join status help" -f -a "status" -d 'Show this node\'s certificate, until when it is valid, and open invitations'
complete -c everpresent -n "__fish_everpresent_using_subcommand cluster; and not __fish_seen_subcommand_from init invite join status help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c everpresent -n "__fish_everpresent_using_subcommand cluster; and __fish_seen_subcommand_from init" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand cluster; and __fish_seen_subcommand_from init" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand cluster; and __fish_seen_subcommand_from init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand cluster; and __fish_seen_subcommand_from invite" -l address -d 'Where the new node reaches this one; left out: `advertise` in [link]' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand cluster; and __fish_seen_subcommand_from invite" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand cluster; and __fish_seen_subcommand_from invite" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand cluster; and __fish_seen_subcommand_from invite" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand cluster; and __fish_seen_subcommand_from join" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand cluster; and __fish_seen_subcommand_from join" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand cluster; and __fish_seen_subcommand_from join" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand cluster; and __fish_seen_subcommand_from status" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand cluster; and __fish_seen_subcommand_from status" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand cluster; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand cluster; and __fish_seen_subcommand_from help" -f -a "init" -d 'Make a cluster with this node as its first'
complete -c everpresent -n "__fish_everpresent_using_subcommand cluster; and __fish_seen_subcommand_from help" -f -a "invite" -d 'Print a token with which another node can join, once and within an hour'
complete -c everpresent -n "__fish_everpresent_using_subcommand cluster; and __fish_seen_subcommand_from help" -f -a "join" -d 'Join the cluster of the node that made the token'
complete -c everpresent -n "__fish_everpresent_using_subcommand cluster; and __fish_seen_subcommand_from help" -f -a "status" -d 'Show this node\'s certificate, until when it is valid, and open invitations'
complete -c everpresent -n "__fish_everpresent_using_subcommand cluster; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and not __fish_seen_subcommand_from status states explain failover fallback enable disable recover maintenance dns finalize set help" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and not __fish_seen_subcommand_from status states explain failover fallback enable disable recover maintenance dns finalize set help" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and not __fish_seen_subcommand_from status states explain failover fallback enable disable recover maintenance dns finalize set help" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and not __fish_seen_subcommand_from status states explain failover fallback enable disable recover maintenance dns finalize set help" -f -a "status" -d 'Show state and reason of every node, and who owns which home'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and not __fish_seen_subcommand_from status states explain failover fallback enable disable recover maintenance dns finalize set help" -f -a "states" -d 'Print all states and reasons, what to do in them, and what leads where, as Markdown'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and not __fish_seen_subcommand_from status states explain failover fallback enable disable recover maintenance dns finalize set help" -f -a "explain" -d 'Say why a pair of Cisco IM & Presence nodes failed over, from its logs'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and not __fish_seen_subcommand_from status states explain failover fallback enable disable recover maintenance dns finalize set help" -f -a "failover" -d 'Let the partner serve the users of a node, whose services then stop until a fallback'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and not __fish_seen_subcommand_from status states explain failover fallback enable disable recover maintenance dns finalize set help" -f -a "fallback" -d 'Let a node that is failed over serve its users itself again'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and not __fish_seen_subcommand_from status states explain failover fallback enable disable recover maintenance dns finalize set help" -f -a "enable" -d 'Enable high availability in a group of two nodes'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and not __fish_seen_subcommand_from status states explain failover fallback enable disable recover maintenance dns finalize set help" -f -a "disable" -d 'Disable high availability in a group: its nodes do not stand in for each other any more'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and not __fish_seen_subcommand_from status states explain failover fallback enable disable recover maintenance dns finalize set help" -f -a "recover" -d 'Let the nodes of a group out of Running in Failed Mode'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and not __fish_seen_subcommand_from status states explain failover fallback enable disable recover maintenance dns finalize set help" -f -a "maintenance" -d 'Hold automatic failover for faults of the services of a node while you work on it'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and not __fish_seen_subcommand_from status states explain failover fallback enable disable recover maintenance dns finalize set help" -f -a "dns" -d 'Print the DNS records and host-meta to publish, so that clients find every node'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and not __fish_seen_subcommand_from status states explain failover fallback enable disable recover maintenance dns finalize set help" -f -a "finalize" -d 'End an upgrade, when all nodes run the new version: none can go back from then on'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and not __fish_seen_subcommand_from status states explain failover fallback enable disable recover maintenance dns finalize set help" -f -a "set" -d 'Set a recovery parameter for the whole cluster, or all of them from a preset'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and not __fish_seen_subcommand_from status states explain failover fallback enable disable recover maintenance dns finalize set help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from status" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from status" -l watch -d 'Go on showing it, once a second, until interrupted; with --json one line each time'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from status" -l parameters -d 'Show the recovery parameters in force, with their defaults, instead'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from status" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from states" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from states" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from states" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from explain" -l html -d 'Write the report as one HTML page, too' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from explain" -l keep-alive-timeout -d 'The Keep Alive (Heartbeat) Timeout that is set on the nodes, in seconds' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from explain" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from explain" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from failover" -l wait -d 'Wait until it is done; exit code 1, with the state, if it is not by then' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from failover" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from failover" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from failover" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from fallback" -l wait -d 'Wait until it is done; exit code 1, with the state, if it is not by then' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from fallback" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from fallback" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from fallback" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from enable" -l wait -d 'Wait until it is done; exit code 1, with the state, if it is not by then' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from enable" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from enable" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from enable" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from disable" -l wait -d 'Wait until it is done; exit code 1, with the state, if it is not by then' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from disable" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from disable" -l force -d 'Also while a node is failed over: its users then stay where they are'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from disable" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from disable" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from recover" -l wait -d 'Wait until it is done; exit code 1, with the state, if it is not by then' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from recover" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from recover" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from recover" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from maintenance" -l for -d 'For how long, with a unit: 90s, 30m, 2h; a day at most' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from maintenance" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from maintenance" -l end -d 'End it now'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from maintenance" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from maintenance" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from dns" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from dns" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from dns" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from finalize" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from finalize" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from finalize" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from set" -l preset -d 'Set all of them: to their defaults, or for two nodes in one network' -r -f -a "default\t'Minutes: for any network'
lan\t'Seconds: for two nodes in one network'"
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from set" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from set" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from help" -f -a "status" -d 'Show state and reason of every node, and who owns which home'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from help" -f -a "states" -d 'Print all states and reasons, what to do in them, and what leads where, as Markdown'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from help" -f -a "explain" -d 'Say why a pair of Cisco IM & Presence nodes failed over, from its logs'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from help" -f -a "failover" -d 'Let the partner serve the users of a node, whose services then stop until a fallback'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from help" -f -a "fallback" -d 'Let a node that is failed over serve its users itself again'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from help" -f -a "enable" -d 'Enable high availability in a group of two nodes'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from help" -f -a "disable" -d 'Disable high availability in a group: its nodes do not stand in for each other any more'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from help" -f -a "recover" -d 'Let the nodes of a group out of Running in Failed Mode'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from help" -f -a "maintenance" -d 'Hold automatic failover for faults of the services of a node while you work on it'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from help" -f -a "dns" -d 'Print the DNS records and host-meta to publish, so that clients find every node'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from help" -f -a "finalize" -d 'End an upgrade, when all nodes run the new version: none can go back from then on'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from help" -f -a "set" -d 'Set a recovery parameter for the whole cluster, or all of them from a preset'
complete -c everpresent -n "__fish_everpresent_using_subcommand ha; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and not __fish_seen_subcommand_from list stop start restart break help" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and not __fish_seen_subcommand_from list stop start restart break help" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and not __fish_seen_subcommand_from list stop start restart break help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and not __fish_seen_subcommand_from list stop start restart break help" -f -a "list" -d 'Show the monitored services of this node'
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and not __fish_seen_subcommand_from list stop start restart break help" -f -a "stop" -d 'Stop a service; it stays down until it is started'
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and not __fish_seen_subcommand_from list stop start restart break help" -f -a "start" -d 'Start a service that is down'
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and not __fish_seen_subcommand_from list stop start restart break help" -f -a "restart" -d 'Stop a service and start it again'
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and not __fish_seen_subcommand_from list stop start restart break help" -f -a "break" -d 'Break a service until it is started, to rehearse what follows'
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and not __fish_seen_subcommand_from list stop start restart break help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and __fish_seen_subcommand_from list" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and __fish_seen_subcommand_from list" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and __fish_seen_subcommand_from stop" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and __fish_seen_subcommand_from stop" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and __fish_seen_subcommand_from stop" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and __fish_seen_subcommand_from start" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and __fish_seen_subcommand_from start" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and __fish_seen_subcommand_from start" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and __fish_seen_subcommand_from restart" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and __fish_seen_subcommand_from restart" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and __fish_seen_subcommand_from restart" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and __fish_seen_subcommand_from break" -l fault -d 'How it fails' -r -f -a "crash\t'It crashes again and again'
stuck\t'It makes no progress'"
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and __fish_seen_subcommand_from break" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and __fish_seen_subcommand_from break" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and __fish_seen_subcommand_from break" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and __fish_seen_subcommand_from help" -f -a "list" -d 'Show the monitored services of this node'
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and __fish_seen_subcommand_from help" -f -a "stop" -d 'Stop a service; it stays down until it is started'
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and __fish_seen_subcommand_from help" -f -a "start" -d 'Start a service that is down'
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and __fish_seen_subcommand_from help" -f -a "restart" -d 'Stop a service and start it again'
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and __fish_seen_subcommand_from help" -f -a "break" -d 'Break a service until it is started, to rehearse what follows'
complete -c everpresent -n "__fish_everpresent_using_subcommand service; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and not __fish_seen_subcommand_from list create add remove assign help" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and not __fish_seen_subcommand_from list create add remove assign help" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and not __fish_seen_subcommand_from list create add remove assign help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and not __fish_seen_subcommand_from list create add remove assign help" -f -a "list" -d 'List groups with their nodes, and how many users each has'
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and not __fish_seen_subcommand_from list create add remove assign help" -f -a "create" -d 'Make an empty group'
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and not __fish_seen_subcommand_from list create add remove assign help" -f -a "add" -d 'Keep a place in a group for a node that has not started yet'
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and not __fish_seen_subcommand_from list create add remove assign help" -f -a "remove" -d 'Take a node out of its group, or remove a group that has no nodes'
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and not __fish_seen_subcommand_from list create add remove assign help" -f -a "assign" -d 'Assign users to another node, or say how new users are assigned'
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and not __fish_seen_subcommand_from list create add remove assign help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and __fish_seen_subcommand_from list" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and __fish_seen_subcommand_from list" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and __fish_seen_subcommand_from create" -l assignment -d 'How its new users are shared out among its nodes' -r -f -a "balanced\t'To the node that has the fewest'
active-standby\t'To the first node; the second stands by'
by-hand\t'To the node at which the account is made'"
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and __fish_seen_subcommand_from create" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and __fish_seen_subcommand_from create" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and __fish_seen_subcommand_from add" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and __fish_seen_subcommand_from add" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and __fish_seen_subcommand_from remove" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and __fish_seen_subcommand_from remove" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and __fish_seen_subcommand_from assign" -l to -d 'The node that they are assigned to' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and __fish_seen_subcommand_from assign" -l mode -d 'How new users are shared out from now on; nobody is moved' -r -f -a "balanced\t'To the node that has the fewest'
active-standby\t'To the first node; the second stands by'
by-hand\t'To the node at which the account is made'"
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and __fish_seen_subcommand_from assign" -l group -d 'Which group; left out: that of the node that is asked' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and __fish_seen_subcommand_from assign" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and __fish_seen_subcommand_from assign" -l balanced -d 'Move users until both nodes of the group have the same number'
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and __fish_seen_subcommand_from assign" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and __fish_seen_subcommand_from assign" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and __fish_seen_subcommand_from help" -f -a "list" -d 'List groups with their nodes, and how many users each has'
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and __fish_seen_subcommand_from help" -f -a "create" -d 'Make an empty group'
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and __fish_seen_subcommand_from help" -f -a "add" -d 'Keep a place in a group for a node that has not started yet'
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Take a node out of its group, or remove a group that has no nodes'
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and __fish_seen_subcommand_from help" -f -a "assign" -d 'Assign users to another node, or say how new users are assigned'
complete -c everpresent -n "__fish_everpresent_using_subcommand group; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c everpresent -n "__fish_everpresent_using_subcommand sql" -l timeout -d 'Give up after so long' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand sql" -l limit -d 'Most rows' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand sql" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand sql" -l csv -d 'Print CSV (RFC 4180) instead of a table'
complete -c everpresent -n "__fish_everpresent_using_subcommand sql" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand sql" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand support-bundle" -l around -d 'When it happened, such as 2026-11-26T12:00:00Z; left out: now' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand support-bundle" -l span -d 'How much of the logs before and after that, such as 90s, 10m or 2h' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand support-bundle" -l log -d 'Take the logs from these files; left out: from the journal of systemd' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand support-bundle" -l unit -d 'The unit whose journal is read' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand support-bundle" -s o -l output -d 'Where to write it; left out: everpresent-support-NODE-TIME.tar.gz in this folder' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand support-bundle" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand support-bundle" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand support-bundle" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and not __fish_seen_subcommand_from audit watch history init check trust restart schedule rehearse janus help" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and not __fish_seen_subcommand_from audit watch history init check trust restart schedule rehearse janus help" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and not __fish_seen_subcommand_from audit watch history init check trust restart schedule rehearse janus help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and not __fish_seen_subcommand_from audit watch history init check trust restart schedule rehearse janus help" -f -a "audit" -d 'Find leaked sessions of Web Bridges in log files'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and not __fish_seen_subcommand_from audit watch history init check trust restart schedule rehearse janus help" -f -a "watch" -d 'Watch the bridges for ever: read logs, audit each minute, tell operators, restart on schedule'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and not __fish_seen_subcommand_from audit watch history init check trust restart schedule rehearse janus help" -f -a "history" -d 'Show what the watch has kept: sessions, restarts, the quietest hours of the week'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and not __fish_seen_subcommand_from audit watch history init check trust restart schedule rehearse janus help" -f -a "init" -d 'Write a commented inventory: which servers there are, how they are reached, when they may be restarted'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and not __fish_seen_subcommand_from audit watch history init check trust restart schedule rehearse janus help" -f -a "check" -d 'Try every entry of the inventory: name, sign-in, log, port, Admin API; nothing is changed'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and not __fish_seen_subcommand_from audit watch history init check trust restart schedule rehearse janus help" -f -a "trust" -d 'Learn the host key of a server, once'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and not __fish_seen_subcommand_from audit watch history init check trust restart schedule rehearse janus help" -f -a "restart" -d 'Restart servers: in their window, without calls, one by one, looked at afterwards'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and not __fish_seen_subcommand_from audit watch history init check trust restart schedule rehearse janus help" -f -a "schedule" -d 'Print what makes systemd, cron or the Windows Task Scheduler run `bridges restart`'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and not __fish_seen_subcommand_from audit watch history init check trust restart schedule rehearse janus help" -f -a "rehearse" -d 'Stand-ins for meeting servers on this machine, to rehearse with'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and not __fish_seen_subcommand_from audit watch history init check trust restart schedule rehearse janus help" -f -a "janus" -d 'Janus: find leaked sessions, end them, drain the server for a restart'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and not __fish_seen_subcommand_from audit watch history init check trust restart schedule rehearse janus help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from audit" -l inventory -d 'The servers of the deployment, a file as `bridges init` writes it; left out: the servers that the logs show' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from audit" -l limit -d 'Sessions at which a bridge takes no new guest, without an inventory' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from audit" -l window -d 'All counts of a round lie within so much time: 10m, 1h' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from audit" -l skew -d 'The clocks of servers differ by so much at most' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from audit" -l year -d 'Year of the first line of each file, if lines do not tell; left out: the latest in which it is not in the future' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from audit" -l zone -d 'Time zone of lines that do not tell; left out: that of the inventory, or UTC' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from audit" -l plot -d 'Write a plot of sessions and leaked sessions over time into this file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from audit" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from audit" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from audit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from watch" -l inventory -d 'The servers, and what is listened to and kept: a file as `bridges init` writes it' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from watch" -l log-format -d 'How lines of the log on standard error are written' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from watch" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from watch" -l print-alert-rules -d 'Print alerting rules for Prometheus, and end'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from watch" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from watch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from history" -l inventory -d 'The inventory whose watch keeps the history' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from history" -l since -d 'How far back, with a unit: 12h, 30d' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from history" -l plot -d 'Write a plot of sessions and leaked sessions over time into this file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from history" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from history" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from history" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from init" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from init" -l force -d 'Overwrite an existing file'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from init" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from init" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from check" -l inventory -d 'The inventory, a file as `bridges init` writes it' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from check" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from check" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from trust" -l fingerprint -d 'Do not ask: the key is trusted if it has this fingerprint, as the console of the server shows it' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from trust" -l inventory -d 'The inventory, a file as `bridges init` writes it' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from trust" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from trust" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from trust" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from restart" -l parallel -d 'So many at a time; left out: what the inventory says' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from restart" -l wait -d 'Wait so long in all for calls to end, while nothing else is in the way' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from restart" -l inventory -d 'The inventory, a file as `bridges init` writes it' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from restart" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from restart" -l leaking -d 'Those of which the audit says that they leak, or that are full'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from restart" -l now -d 'Outside of the maintenance windows too'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from restart" -l force -d 'With calls going on too; says how many it will cut'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from restart" -l dry-run -d 'Decide, print the reasons, and do nothing'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from restart" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from restart" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from schedule" -l inventory -d 'The inventory, a file as `bridges init` writes it' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from schedule" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from schedule" -l systemd -d 'A service and a timer for systemd'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from schedule" -l cron -d 'A line for a crontab'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from schedule" -l windows-task -d 'A task for the Windows Task Scheduler, as XML'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from schedule" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from schedule" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from rehearse" -l dir -d 'Folder for inventory, logs, keys and journal' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from rehearse" -l bridges -d 'Web Bridges' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from rehearse" -l leak-percent -d 'Of a hundred guests so many leave a session behind' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from rehearse" -l conduct -d 'What the first bridge does when it is told to restart' -r -f -a "restarts\t'It restarts'
pretends\t'It says so, and goes on as before'
stays-down\t'It ends, and does not come back'"
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from rehearse" -l ssh-port -d 'Port of the SSH servers, each on a loopback address of its own; left out: a free one for each' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from rehearse" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from rehearse" -l once -d 'Tell the whole story in fast time, then end; exit code 0 only if each step held'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from rehearse" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from rehearse" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from janus" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from janus" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from janus" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from janus" -f -a "audit" -d 'List the sessions of a Janus server, which are leaked, and why'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from janus" -f -a "end" -d 'End leaked sessions, one at a time, each after one more look at it'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from janus" -f -a "drain" -d 'Let Janus take no new sessions, wait until nothing lives in it, then restart it'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from janus" -f -a "open" -d 'Let Janus take new sessions again, after a drain that was killed'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from janus" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from help" -f -a "audit" -d 'Find leaked sessions of Web Bridges in log files'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from help" -f -a "watch" -d 'Watch the bridges for ever: read logs, audit each minute, tell operators, restart on schedule'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from help" -f -a "history" -d 'Show what the watch has kept: sessions, restarts, the quietest hours of the week'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from help" -f -a "init" -d 'Write a commented inventory: which servers there are, how they are reached, when they may be restarted'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from help" -f -a "check" -d 'Try every entry of the inventory: name, sign-in, log, port, Admin API; nothing is changed'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from help" -f -a "trust" -d 'Learn the host key of a server, once'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from help" -f -a "restart" -d 'Restart servers: in their window, without calls, one by one, looked at afterwards'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from help" -f -a "schedule" -d 'Print what makes systemd, cron or the Windows Task Scheduler run `bridges restart`'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from help" -f -a "rehearse" -d 'Stand-ins for meeting servers on this machine, to rehearse with'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from help" -f -a "janus" -d 'Janus: find leaked sessions, end them, drain the server for a restart'
complete -c everpresent -n "__fish_everpresent_using_subcommand bridges; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c everpresent -n "__fish_everpresent_using_subcommand demo" -l dir -d 'Folder for certificate, database and configuration' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand demo" -l sessions -d 'Do it with a crowd too: so many further sessions on the node that is killed' -r
complete -c everpresent -n "__fish_everpresent_using_subcommand demo" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand demo" -l once -d 'End after the story; exit code 0 only if each step held'
complete -c everpresent -n "__fish_everpresent_using_subcommand demo" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand demo" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand specifications" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand specifications" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand specifications" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand completions" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand completions" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand completions" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand man" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand man" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand man" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand serve" -s c -l config -d 'Configuration file' -r -F
complete -c everpresent -n "__fish_everpresent_using_subcommand serve" -l no-guardian -d 'Serve in this very process, under a supervisor of your own; if it dies, nobody releases its homes: only the lease tells that it died'
complete -c everpresent -n "__fish_everpresent_using_subcommand serve" -l json -d 'Print JSON instead of text and tables'
complete -c everpresent -n "__fish_everpresent_using_subcommand serve" -s h -l help -d 'Print help'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and not __fish_seen_subcommand_from init config alerts user sessions cluster ha service group sql support-bundle bridges demo specifications completions man serve help" -f -a "init" -d 'Write a commented configuration file into a folder'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and not __fish_seen_subcommand_from init config alerts user sessions cluster ha service group sql support-bundle bridges demo specifications completions man serve help" -f -a "config" -d 'Check a configuration, or print the reference of all keys'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and not __fish_seen_subcommand_from init config alerts user sessions cluster ha service group sql support-bundle bridges demo specifications completions man serve help" -f -a "alerts" -d 'The ways by which operators are told of alerts: test'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and not __fish_seen_subcommand_from init config alerts user sessions cluster ha service group sql support-bundle bridges demo specifications completions man serve help" -f -a "user" -d 'Accounts: add, list, password, disable, enable, remove, import'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and not __fish_seen_subcommand_from init config alerts user sessions cluster ha service group sql support-bundle bridges demo specifications completions man serve help" -f -a "sessions" -d 'Sessions of the running server: list, audit, end'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and not __fish_seen_subcommand_from init config alerts user sessions cluster ha service group sql support-bundle bridges demo specifications completions man serve help" -f -a "cluster" -d 'The cluster that this node belongs to: init, invite, join, status'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and not __fish_seen_subcommand_from init config alerts user sessions cluster ha service group sql support-bundle bridges demo specifications completions man serve help" -f -a "ha" -d 'High availability: status, explain, failover, fallback, enable, disable, recover, maintenance, finalize, dns, states, set'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and not __fish_seen_subcommand_from init config alerts user sessions cluster ha service group sql support-bundle bridges demo specifications completions man serve help" -f -a "service" -d 'The monitored services of the running node: list, start, stop, restart, break'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and not __fish_seen_subcommand_from init config alerts user sessions cluster ha service group sql support-bundle bridges demo specifications completions man serve help" -f -a "group" -d 'Redundancy groups: list, create, add, remove, assign'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and not __fish_seen_subcommand_from init config alerts user sessions cluster ha service group sql support-bundle bridges demo specifications completions man serve help" -f -a "sql" -d 'Ask about redundancy groups and nodes with SQL'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and not __fish_seen_subcommand_from init config alerts user sessions cluster ha service group sql support-bundle bridges demo specifications completions man serve help" -f -a "support-bundle" -d 'Pack what is needed to understand an event into one file, without secrets'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and not __fish_seen_subcommand_from init config alerts user sessions cluster ha service group sql support-bundle bridges demo specifications completions man serve help" -f -a "bridges" -d 'Meeting bridges of others: audit, watch, init, check, trust, restart, schedule, rehearse, history, janus'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and not __fish_seen_subcommand_from init config alerts user sessions cluster ha service group sql support-bundle bridges demo specifications completions man serve help" -f -a "demo" -d 'Start a complete server in a folder of its own and show what it does'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and not __fish_seen_subcommand_from init config alerts user sessions cluster ha service group sql support-bundle bridges demo specifications completions man serve help" -f -a "specifications" -d 'Print which XMPP specifications are implemented, as Markdown'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and not __fish_seen_subcommand_from init config alerts user sessions cluster ha service group sql support-bundle bridges demo specifications completions man serve help" -f -a "completions" -d 'Print shell completions'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and not __fish_seen_subcommand_from init config alerts user sessions cluster ha service group sql support-bundle bridges demo specifications completions man serve help" -f -a "man" -d 'Print the manual page, or write all of them into a folder'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and not __fish_seen_subcommand_from init config alerts user sessions cluster ha service group sql support-bundle bridges demo specifications completions man serve help" -f -a "serve" -d 'Run the server'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and not __fish_seen_subcommand_from init config alerts user sessions cluster ha service group sql support-bundle bridges demo specifications completions man serve help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "check" -d 'Check a configuration file: every problem with line and column'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "reference" -d 'Print the reference of all keys as Markdown'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from alerts" -f -a "test" -d 'Send a test notice by every way that is set in [alerts] and say whether it arrived'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from user" -f -a "add" -d 'Make an account'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from user" -f -a "list" -d 'List accounts'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from user" -f -a "password" -d 'Set a password'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from user" -f -a "disable" -d 'Keep a user from signing in and end the user\'s sessions; nothing is deleted'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from user" -f -a "enable" -d 'Let a disabled user sign in again'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from user" -f -a "remove" -d 'Remove an account with its roster, archive and messages'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from user" -f -a "import" -d 'Make accounts from a CSV file with the columns jid and password'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from sessions" -f -a "list" -d 'List sessions'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from sessions" -f -a "audit" -d 'Count connections, sessions and presences against each other and name every difference'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from sessions" -f -a "end" -d 'End one session (full address) or all sessions of a user (bare address)'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from cluster" -f -a "init" -d 'Make a cluster with this node as its first'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from cluster" -f -a "invite" -d 'Print a token with which another node can join, once and within an hour'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from cluster" -f -a "join" -d 'Join the cluster of the node that made the token'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from cluster" -f -a "status" -d 'Show this node\'s certificate, until when it is valid, and open invitations'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from ha" -f -a "status" -d 'Show state and reason of every node, and who owns which home'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from ha" -f -a "states" -d 'Print all states and reasons, what to do in them, and what leads where, as Markdown'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from ha" -f -a "explain" -d 'Say why a pair of Cisco IM & Presence nodes failed over, from its logs'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from ha" -f -a "failover" -d 'Let the partner serve the users of a node, whose services then stop until a fallback'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from ha" -f -a "fallback" -d 'Let a node that is failed over serve its users itself again'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from ha" -f -a "enable" -d 'Enable high availability in a group of two nodes'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from ha" -f -a "disable" -d 'Disable high availability in a group: its nodes do not stand in for each other any more'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from ha" -f -a "recover" -d 'Let the nodes of a group out of Running in Failed Mode'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from ha" -f -a "maintenance" -d 'Hold automatic failover for faults of the services of a node while you work on it'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from ha" -f -a "dns" -d 'Print the DNS records and host-meta to publish, so that clients find every node'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from ha" -f -a "finalize" -d 'End an upgrade, when all nodes run the new version: none can go back from then on'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from ha" -f -a "set" -d 'Set a recovery parameter for the whole cluster, or all of them from a preset'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from service" -f -a "list" -d 'Show the monitored services of this node'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from service" -f -a "stop" -d 'Stop a service; it stays down until it is started'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from service" -f -a "start" -d 'Start a service that is down'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from service" -f -a "restart" -d 'Stop a service and start it again'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from service" -f -a "break" -d 'Break a service until it is started, to rehearse what follows'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from group" -f -a "list" -d 'List groups with their nodes, and how many users each has'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from group" -f -a "create" -d 'Make an empty group'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from group" -f -a "add" -d 'Keep a place in a group for a node that has not started yet'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from group" -f -a "remove" -d 'Take a node out of its group, or remove a group that has no nodes'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from group" -f -a "assign" -d 'Assign users to another node, or say how new users are assigned'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from bridges" -f -a "audit" -d 'Find leaked sessions of Web Bridges in log files'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from bridges" -f -a "watch" -d 'Watch the bridges for ever: read logs, audit each minute, tell operators, restart on schedule'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from bridges" -f -a "history" -d 'Show what the watch has kept: sessions, restarts, the quietest hours of the week'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from bridges" -f -a "init" -d 'Write a commented inventory: which servers there are, how they are reached, when they may be restarted'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from bridges" -f -a "check" -d 'Try every entry of the inventory: name, sign-in, log, port, Admin API; nothing is changed'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from bridges" -f -a "trust" -d 'Learn the host key of a server, once'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from bridges" -f -a "restart" -d 'Restart servers: in their window, without calls, one by one, looked at afterwards'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from bridges" -f -a "schedule" -d 'Print what makes systemd, cron or the Windows Task Scheduler run `bridges restart`'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from bridges" -f -a "rehearse" -d 'Stand-ins for meeting servers on this machine, to rehearse with'
complete -c everpresent -n "__fish_everpresent_using_subcommand help; and __fish_seen_subcommand_from bridges" -f -a "janus" -d 'Janus: find leaked sessions, end them, drain the server for a restart'
