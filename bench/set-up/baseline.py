"""What one would write today to set clients up: google-api-python-client, one call per object, nothing read back.

    baseline.py BASE USER TERMS_REDIRECT ENTITIES CLIENTS   (the access token comes in GANTRY_BENCH_TOKEN)

ENTITIES is a JSON file with a container's folder, variables, triggers and tags, as Tag Manager has them; CLIENTS a JSON file
with [name, website] pairs. Prints the property ids and container paths as JSON.
"""

import json
import os
import sys
import urllib.parse
import urllib.request

from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build


class Stop(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def accept(base, user, ticket):
    """Presses Accept; the account id is in the redirect."""
    form = urllib.parse.urlencode({"decision": "accept", "account": user}).encode()
    try:
        urllib.request.build_opener(Stop).open(f"{base}/analytics.google.com/_terms/{ticket}", form)
    except urllib.error.HTTPError as answer:
        return urllib.parse.parse_qs(urllib.parse.urlparse(answer.headers["Location"]).query)["accountId"][0]
    sys.exit("the terms page did not redirect")


def main():
    base, user, redirect, entities, clients = sys.argv[1:]
    entities, clients = json.load(open(entities)), json.load(open(clients))
    credentials = Credentials(os.environ["GANTRY_BENCH_TOKEN"])

    def service(name, version, host):
        return build(name, version, static_discovery=True, credentials=credentials, client_options={"api_endpoint": f"{base}/{host}"})

    admin = service("analyticsadmin", "v1beta", "analyticsadmin.googleapis.com")
    alpha = service("analyticsadmin", "v1alpha", "analyticsadmin.googleapis.com")
    tags = service("tagmanager", "v2", "tagmanager.googleapis.com")
    account = tags.accounts().list().execute()["account"][0]["path"]
    made = []
    for name, website in clients:
        ticket = admin.accounts().provisionAccountTicket(
            body={"account": {"displayName": name, "regionCode": "GB"}, "redirectUri": redirect}
        ).execute()["accountTicketId"]
        account_id = accept(base, user, ticket)
        prop = admin.properties().create(body={
            "parent": f"accounts/{account_id}", "displayName": name, "timeZone": "Europe/London", "currencyCode": "GBP", "industryCategory": "SHOPPING",
        }).execute()["name"]
        stream = admin.properties().dataStreams().create(parent=prop, body={
            "type": "WEB_DATA_STREAM", "displayName": name, "webStreamData": {"defaultUri": website},
        }).execute()
        alpha.properties().dataStreams().updateEnhancedMeasurementSettings(
            name=f"{stream['name']}/enhancedMeasurementSettings", updateMask="*",
            body=dict(dict.fromkeys(
                ["streamEnabled", "scrollsEnabled", "outboundClicksEnabled", "siteSearchEnabled", "videoEngagementEnabled", "fileDownloadsEnabled",
                 "pageChangesEnabled", "formInteractionsEnabled"], True), searchQueryParameter="q,s,search,query,keyword"),
        ).execute()
        admin.properties().updateDataRetentionSettings(
            name=f"{prop}/dataRetentionSettings", updateMask="eventDataRetention,resetUserDataOnNewActivity",
            body={"eventDataRetention": "FOURTEEN_MONTHS", "resetUserDataOnNewActivity": True},
        ).execute()
        for event in entities["key_events"]:
            admin.properties().keyEvents().create(parent=prop, body=event).execute()
        for dimension in entities["dimensions"]:
            admin.properties().customDimensions().create(parent=prop, body=dimension).execute()
        measurement = stream["webStreamData"]["measurementId"]
        made.append({"property": prop, "container": container(tags, account, website, entities, measurement)})
    json.dump(made, sys.stdout)


def container(tags, account, website, entities, measurement):
    containers = tags.accounts().containers()
    path = containers.create(parent=account, body={"name": website.removeprefix("https://"), "usageContext": ["web"]}).execute()["path"]
    workspace = containers.workspaces().list(parent=path).execute()["workspace"][0]["path"]
    inside, ids = containers.workspaces(), {}

    def bare(entity):
        # The measurement ID that the entities were taken with is another client's.
        text = json.dumps(entity).replace(entities["measurement"], measurement)
        drop = {"path", "accountId", "containerId", "workspaceId", "fingerprint", "tagManagerUrl", "tagId", "triggerId", "variableId", "folderId"}
        body = {field: value for field, value in json.loads(text).items() if field not in drop}
        if "parentFolderId" in body:
            body["parentFolderId"] = ids.get(("folder", body["parentFolderId"]), body["parentFolderId"])
        if "firingTriggerId" in body:
            body["firingTriggerId"] = [ids.get(("trigger", one), one) for one in body["firingTriggerId"]]
        return body

    for kind, room in (("folder", inside.folders()), ("variable", inside.variables()), ("trigger", inside.triggers()), ("tag", inside.tags())):
        for entity in entities.get(kind, []):
            answer = room.create(parent=workspace, body=bare(entity)).execute()
            ids[(kind, entity[f"{kind}Id"])] = answer[f"{kind}Id"]
    version = inside.create_version(path=workspace, body={"name": "Set-up"}).execute()["containerVersion"]["path"]
    containers.versions().publish(path=version).execute()
    containers.snippet(path=path).execute()
    return path


if __name__ == "__main__":
    main()
