#!/bin/sh
# Tries a server with a simulated passkey: registers, signs in, replays a response, phishes, and sends a broken signature.
# A right server accepts the first two, and rejects the others.
#
#     try-a-server.sh http://localhost:8080
#
# It speaks to `countersign serve`. For another server, change the functions `start` and `finish`.
set -eu

url=${1:?the address of the server, such as http://localhost:8080}
countersign=${COUNTERSIGN:-countersign}
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

# post PATH FILE: posts JSON as a browser does. The answer is in $folder/answer, and the status is printed.
post() {
    curl --silent --show-error --cookie "$folder/cookies" --cookie-jar "$folder/cookies" \
        --header 'Content-Type: application/json' --header "Origin: $url" --data-binary "@$2" \
        --output "$folder/answer" --write-out '%{http_code}' "$url$1"
}

# start PATH BODY: asks for options, which are in $folder/options.
start() {
    printf '%s' "$2" >"$folder/body"
    status=$(post "$1" "$folder/body")
    [ "$status" = 200 ] || fail "$1: status $status: $(cat "$folder/answer")"
    cp "$folder/answer" "$folder/options"
}

# simulate COMMAND [OPTION]...: the response of the browser, in $folder/response.
simulate() {
    "$countersign" simulate "$@" --options "$folder/options" --keys "$folder/keys" --origin "$url" \
        >"$folder/response" 2>"$folder/notes" || fail "$(cat "$folder/notes")"
}

# finish PATH: sends the response with the name of its ceremony, and prints the status.
finish() {
    ceremony=$(sed -n 's/.*"ceremony":"\([^"]*\)".*/\1/p' "$folder/options")
    printf '{"ceremony":"%s","response":%s}' "$ceremony" "$(cat "$folder/response")" >"$folder/body"
    post "$1" "$folder/body"
}

fail() {
    echo "$*" >&2
    exit 1
}

# expect WHAT RANGE STATUS: prints the outcome, and ends if the status is not of the range.
expect() {
    case $3 in
    "$2"??) echo "$1: status $3" ;;
    *) fail "$1: status $3, $2xx expected: $(cat "$folder/answer")" ;;
    esac
}

curl --silent --show-error --cookie-jar "$folder/cookies" --output /dev/null "$url/"

start /api/accounts/start "{\"name\":\"try-a-server $$\"}"
simulate register
expect "registered" 2 "$(finish /api/accounts/finish)"

start /api/sessions/start '{}'
simulate authenticate
expect "signed in" 2 "$(finish /api/sessions/finish)"

# The response that was accepted, to the next challenge.
start /api/sessions/start '{}'
expect "replayed" 4 "$(finish /api/sessions/finish)"

start /api/sessions/start '{}'
simulate authenticate --fault origin-other-host-at-authentication
expect "phished" 4 "$(finish /api/sessions/finish)"

start /api/sessions/start '{}'
simulate authenticate --fault signature-empty
expect "broken signature" 4 "$(finish /api/sessions/finish)"
