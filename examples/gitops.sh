#!/bin/sh
# A catalogue in git from its first commit to deliveries that wait for their time, on this machine.
#
#   sh examples/gitops.sh [FOLDER]
#
# A bare repository plays GitHub, fresh clones play its runners, two folders play the recipients'
# servers; all else is what a label would do, with the commands that it would type. Needs git and
# stardust-gitops (`sh catalog_example/run.sh` installs it), takes about a minute, and leaves all of
# it in FOLDER, a new one, to look at. What `init --github` writes does steps 3 to 7 on GitHub.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
media=$here/catalog_example/assets
PATH=$PATH:$here/.venv/bin
ahead=${STORY_AHEAD:-12} # seconds from step 7 to the moment that its release waits for

command -v stardust-gitops >/dev/null || {
    echo "stardust-gitops is not installed: run  sh $here/catalog_example/run.sh  first" >&2
    exit 1
}
if [ $# -gt 0 ]; then mkdir -- "$1" && work=$(CDPATH='' cd -- "$1" && pwd); else work=$(mktemp -d); fi

# Your own settings of git are neither used nor changed, and nobody takes this for a job of GitHub.
for name in $(env | sed -n 's/^\(GIT[A-Z_0-9]*\)=.*/\1/p'); do unset "$name"; done
cat >"$work/gitconfig" <<END
[user]
    name = Ada Quill
    email = ada@example.org
[init]
    defaultBranch = main
END
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL="$work/gitconfig"

step() { printf '\n── %s\n' "$*"; }
run() { # show a command as one would type it, and run it
    printf '\n$'
    for word in "$@"; do
        case $word in
            *[!A-Za-z0-9._/=@:-]*) printf " '%s'" "$word" ;;
            *) printf ' %s' "$word" ;;
        esac
    done
    echo
    "$@"
}
push() { # commit all that was changed, and push the branch that is checked out
    git add --all
    git commit --quiet --message "$1"
    git push --quiet origin HEAD
    git log -1 --format='commit %h  %s'
}
merge() { # what the green button does
    git switch --quiet main
    git merge --quiet --no-ff --message "Merge $1" "$1"
    git push --quiet origin main
    git log -1 --format='commit %h  %s'
}
runner() { # runner NAME COMMAND...: run it in a fresh clone, as a job would; nothing else is there
    git clone --quiet "$work/remote.git" "$work/$1"
    name=$1
    shift
    (cd "$work/$name" && "$@")
}
utc() { date -u -d "@$1" "$2" 2>/dev/null || date -u -r "$1" "$2"; } # GNU's date, or BSD's
new_release() { # new_release ICPN TITLE ISRC MASTER: a single of one track
    run stardust-gitops new release "$1" --title "$2" --type Single --artist "Kestrel & Sons" \
        --label "Alpha Tide" --genre HOUSE-00 --release-date "$street" --language en \
        --p-line "2026 Alpha Tide" --c-line "2026 Alpha Tide" --cover "$media/$1.jpg" \
        --track "$3" "$2" "$media/$4" --parental-warning NotExplicit \
        --deal streaming --deal download
}

street=$(utc $(($(date +%s) + 60 * 86400)) +%Y-%m-%d) # the releases come out in two months

step "1. A repository, and in it a new catalogue with the workflows for GitHub"
git init --quiet --bare "$work/remote.git"
git clone --quiet "$work/remote.git" "$work/ada"
cd "$work/ada"
run stardust-gitops init --github --id alpha-tide \
    --sender-dpid PADPIDA2026112201U --sender-name "Alpha Tide"

step "2. Who receives: a streaming service and a download store"
rm targets/local.yaml
cat >targets/harbour.yaml <<END
recipient: {dpid: PADPIDA2026112202S, name: Harbour Streaming (example)}
message: {format: ern, version: "4.3", profile: Audio}
transport: {protocol: directory, path: $work/recipients/harbour}
choreography: {layout: batch, completion: manifest}
offers: {streaming: [SubscriptionModel/OnDemandStream]}
END
cat >targets/lighthouse.yaml <<END
recipient: {dpid: PADPIDA2026112203Q, name: Lighthouse Store (example)}
message: {format: ern, version: "4.3", profile: Audio}
transport: {protocol: directory, path: $work/recipients/lighthouse}
choreography: {layout: release, completion: message}
offers: {download: [PayAsYouGoModel/PermanentDownload]}
END
push "A new catalogue"

step "3. A branch with a release, and what its pull request shows"
git switch --quiet --create breakwater
new_release 4006381333931 Breakwater GBXYZ2600001 4006381333931_01_001.flac
push "Breakwater"
# What the pull request changes, by commits alone: no ledger and no secret, on any laptop or fork.
run stardust-gitops plan --against origin/main
# What would really be sent, by the ledger, and as GitHub shows it: lines of the job's log become
# annotations of the files, and the summary is what the comment on the pull request says, too.
review() {
    run stardust-gitops plan --diff xml --out "$work/review.json"
    export GITHUB_STEP_SUMMARY="$work/summary-$1.md"
    run stardust-gitops report github --plan "$work/review.json" --pull-request "$1" --no-comment
    run cat "$GITHUB_STEP_SUMMARY"
}
review 1

step "4. It is merged. The merge is planned, somebody approves that plan, and two runners apply it at once"
merge breakwater
runner planner run stardust-gitops plan --out "$work/approved.json"
apply_approved() { # 6: of what was approved something is not to be sent any more, the other one has
    runner "$1" stardust-gitops apply "$work/approved.json" --lock-timeout 5m >"$work/$1.log" 2>&1 ||
        [ $? = 6 ]
}
apply_approved runner-1 &
first=$!
apply_approved runner-2 &
second=$!
ended=0
wait $first || ended=$?
wait $second || ended=$?
for name in runner-1 runner-2; do
    printf '\n%s $ stardust-gitops apply approved.json --lock-timeout 5m\n' "$name"
    cat "$work/$name.log"
done
[ $ended = 0 ]

step "5. A second change: no streaming in Japan. Only the service that streams is told"
git switch --quiet --create not-in-japan
sed 's/{offer: streaming}/{offer: streaming, excluded_territories: [JP]}/' \
    releases/4006381333931.yaml >"$work/edited"
cat "$work/edited" >releases/4006381333931.yaml
push "No streaming in Japan"
review 2
merge not-in-japan
runner runner-3 run stardust-gitops apply --auto-approve

step "6. That was a mistake. What takes a change back is git revert; to the recipient it is an update"
git switch --quiet --create japan-again
run git revert --no-edit --mainline 1 HEAD
git push --quiet origin HEAD
merge japan-again
runner runner-4 run stardust-gitops apply --auto-approve

step "7. A release that waits for its time. A schedule applies, finds nothing due, and says nothing"
git switch --quiet --create tides
new_release 4006381333979 Tides GBXYZ2600005 4006381333979_01_001.wav
due=$(($(date +%s) + ahead))
echo "send_from: $(utc "$due" +%Y-%m-%dT%H:%M:%SZ)" >>releases/4006381333979.yaml
push "Tides, to be sent from $(utc "$due" +%H:%M:%S)"
merge tides
runner runner-5 run stardust-gitops apply --auto-approve --quiet
run stardust-gitops plan
run stardust-gitops report schedule

step "   Its time comes, and the next run of the schedule delivers it"
while [ "$(date +%s)" -le "$due" ]; do sleep 1; done
runner runner-6 run stardust-gitops apply --auto-approve --quiet

step "8. What is on record, and that nothing is left to do"
run stardust-gitops history
run stardust-gitops status
run stardust-gitops lock list
run stardust-gitops ledger verify
run stardust-gitops plan --detailed-exitcode # ends with 2 if anything were to be sent

printf '\nWhat the recipients have is in %s\nThe catalogue of Ada is %s\n' "$work/recipients" "$work/ada"
echo "Both are yours to look at; remove $work when you are done."
