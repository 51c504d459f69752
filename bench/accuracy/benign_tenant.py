#!/usr/bin/env python3
"""A month of an organisation in which nobody breaks in, as exports in the formats of the systems themselves.

    bench/accuracy/benign_tenant.py --seed 7 OUT && build/bench/bench/accuracy_events detect OUT/*

Whatever the rules tell about it is a false detection. The mixture is that of everyday work: people who mistype and
travel, telephones with an old password, scanners, administrators who create users, reset passwords, share mailboxes,
rotate secrets and consent to a supplier's application, developers, automation. Rates are those of a tenant of some
hundred people: about one record in a hundred is a change that somebody made on purpose.
"""

import argparse
import csv
import datetime
import json
import os
import random
import uuid

AGENTS = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{0}.0.0.0 Safari/537.36 Edg/{0}.0.0.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{0}.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0",
]
APPS = [("Office 365 Exchange Online", "00000002-0000-0ff1-ce00-000000000000"),
        ("OfficeHome", "4765445b-32c6-49b0-83e6-1d93765276ca"),
        ("Microsoft Teams", "1fec8e78-bce4-4aaf-ab1b-5451cc387264"),
        ("Office 365 SharePoint Online", "00000003-0000-0ff1-ce00-000000000000"),
        ("Azure Portal", "c44b4083-3bb0-49c1-b47d-974e53cbdf3c")]


class Tenant:
    def __init__(self, seed, people, days):
        self.random = random.Random(seed)
        self.tenant = self.guid()
        self.days = days
        self.start = datetime.datetime(2025, 3, 3)
        self.domain = "contoso-%d.example" % seed
        self.people = []
        for i in range(people):
            self.people.append({
                "name": "person%d@%s" % (i, self.domain), "id": self.guid(), "home": self.address(),
                "agent": self.random.choice(AGENTS), "version": self.random.choice([133, 134]),
                "phone": self.random.random() < 0.03, "admin": i < max(2, people // 60),
                "developer": self.random.random() < 0.1})
        self.office = ["198.51.100.%d" % i for i in (7, 8)]
        self.apps = [{"name": "Automation %d" % i, "app": self.guid(), "sp": self.guid(), "key": self.guid(),
                      "address": "203.0.113.%d" % (20 + i)} for i in range(6)]
        self.out = {}

    def guid(self):
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def address(self):
        return "%d.%d.%d.%d" % (self.random.randint(31, 180), self.random.randint(0, 255),
                                self.random.randint(0, 255), self.random.randint(1, 254))

    def put(self, kind, time, record):
        self.out.setdefault(kind, []).append((time, record))

    @staticmethod
    def z(time):
        return time.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (time.microsecond // 1000)

    # ---- sign-ins ----

    def signin(self, person, time, code=0, address=None, agent=None, client="Browser", interactive=True, app=None):
        app = app or self.random.choice(APPS)
        self.put("signins.json", time, {
            "id": self.guid(), "createdDateTime": self.z(time), "userDisplayName": person["name"].split("@")[0],
            "userPrincipalName": person["name"], "userId": person["id"], "appId": app[1], "appDisplayName": app[0],
            "ipAddress": address or self.place(person), "clientAppUsed": client,
            "userAgent": agent if agent is not None else self.agent(person),
            "correlationId": self.guid(), "conditionalAccessStatus": "success", "isInteractive": interactive,
            "authenticationRequirement": "multiFactorAuthentication" if interactive else "singleFactorAuthentication",
            "authenticationProtocol": "none", "riskLevelAggregated": "none", "riskState": "none",
            "resourceDisplayName": app[0], "resourceId": app[1], "resourceTenantId": self.tenant,
            "homeTenantId": self.tenant, "userType": "member",
            "signInEventTypes": ["interactiveUser" if interactive else "nonInteractiveUser"],
            "uniqueTokenIdentifier": self.guid(), "sessionId": self.guid(),
            "autonomousSystemNumber": self.random.choice([3320, 7018, 8075, 1136]),
            "status": {"errorCode": code, "failureReason": "Other." if code == 0 else "see code"},
            "deviceDetail": {"operatingSystem": "Windows10", "isManaged": True},
            "location": {"city": "Ghent", "countryOrRegion": "BE"}})

    def place(self, person):
        return self.random.choice(self.office) if self.random.random() < 0.6 else person["home"]

    def agent(self, person):
        return person["agent"].format(person["version"])

    def person_day(self, person, day):
        for _ in range(self.random.randint(2, 5)):
            time = day + datetime.timedelta(hours=self.random.uniform(7, 19))
            if self.random.random() < 0.04:  # a slip
                for _ in range(self.random.choice([1, 1, 1, 2, 3])):
                    self.signin(person, time, 50126)
                    time += datetime.timedelta(seconds=self.random.uniform(5, 40))
            if self.random.random() < 0.15:
                self.signin(person, time, self.random.choice([50074, 50140, 50058, 50125, 65001, 70044]))
            where = None
            if self.random.random() < 0.02:  # on a journey
                where = self.address()
            self.signin(person, time, 0, where)
            for _ in range(self.random.randint(0, 4)):
                self.signin(person, time + datetime.timedelta(minutes=self.random.uniform(1, 300)), 0, where,
                            interactive=False)
        if person["phone"] and self.random.random() < 0.5:
            time = day + datetime.timedelta(hours=self.random.uniform(6, 22))
            for i in range(self.random.randint(3, 12)):
                self.signin(person, time + datetime.timedelta(minutes=15 * i), 50126 if i < 9 else 50053,
                            self.address(), "Apple-iPhone14C2/2107.55", "Exchange ActiveSync")
        if self.random.random() < 0.01:
            person["home"] = self.address()

    def services_day(self, day):
        for app in self.apps:
            for hour in range(0, 24, 2):
                time = day + datetime.timedelta(hours=hour, minutes=self.random.uniform(0, 5))
                self.put("service-principals.json", time, {
                    "id": self.guid(), "createdDateTime": self.z(time), "servicePrincipalId": app["sp"],
                    "servicePrincipalName": app["name"], "appId": app["app"], "appDisplayName": app["name"],
                    "ipAddress": app["address"], "resourceDisplayName": "Microsoft Graph",
                    "resourceId": "00000003-0000-0000-c000-000000000000", "signInEventTypes": ["servicePrincipal"],
                    "servicePrincipalCredentialKeyId": app["key"], "uniqueTokenIdentifier": self.guid(),
                    "homeTenantId": self.tenant, "resourceTenantId": self.tenant, "appOwnerTenantId": self.tenant,
                    "clientCredentialType": "clientSecret", "status": {"errorCode": 0}})
        for i in range(20):  # an old scanner that nobody fixes
            self.signin({"name": "scanner@" + self.domain, "id": self.guid()}, day + datetime.timedelta(hours=i),
                        50126, self.office[0], "", "Authenticated SMTP")

    # ---- changes ----

    def audit(self, who, time, operation, category, targets, result="success"):
        self.put("audits.json", time, {
            "id": "Directory_" + self.guid(), "category": category, "correlationId": self.guid(), "result": result,
            "resultReason": "", "activityDisplayName": operation, "activityDateTime": self.z(time),
            "loggedByService": "Core Directory", "operationType": operation.split(" ")[0],
            "initiatedBy": who, "targetResources": targets,
            "additionalDetails": [{"key": "User-Agent", "value": "EvoSTS"}]})

    def by(self, person):
        return {"app": None, "user": {"id": person["id"], "userPrincipalName": person["name"],
                                      "ipAddress": self.place(person)}}

    @staticmethod
    def changed(name, old, new):
        return {"displayName": name, "oldValue": json.dumps(old), "newValue": json.dumps(new)}

    def user(self, person, *changes):
        return {"id": person["id"], "displayName": None, "type": "User", "userPrincipalName": person["name"],
                "modifiedProperties": list(changes)}

    def administration_day(self, day):
        admins = [p for p in self.people if p["admin"]]
        when = lambda: day + datetime.timedelta(hours=self.random.uniform(8, 17))
        pick = lambda: self.random.choice(self.people)
        admin = self.random.choice(admins)
        chance = lambda p: self.random.random() < p
        if chance(0.4):
            new = {"id": self.guid(), "name": "new%d@%s" % (self.random.randint(0, 9999), self.domain)}
            time = when()
            self.audit(self.by(admin), time, "Add user", "UserManagement", [self.user(new)])
            self.audit(self.by(admin), time + datetime.timedelta(seconds=20), "Update user", "UserManagement",
                       [self.user(new, self.changed("Department", [""], ["Sales"]))])
            self.audit(self.by(admin), time + datetime.timedelta(seconds=40), "Add member to group",
                       "GroupManagement", [self.user(new, self.changed("Group.DisplayName", None, "Staff"))])
        for _ in range(2):
            if chance(0.7):
                self.audit(self.by(admin), when(), "Reset user password", "UserManagement", [self.user(pick())])
        for _ in range(6):
            person = pick()
            self.audit(self.by(person), when(), "Update user", "UserManagement",
                       [self.user(person, self.changed("MobilePhone", ["1"], ["2"]))])
        if chance(0.5):
            person = pick()
            self.audit(self.by(person), when(), "User registered security info", "UserManagement",
                       [self.user(person)])
        if chance(0.5):
            person = pick()
            self.audit(self.by(person), when(), "Register device", "Device",
                       [{"id": self.guid(), "displayName": "PC", "type": "Device", "modifiedProperties": []}])
        if chance(0.2):  # activation of a role that was assigned long ago
            self.audit(self.by(admin), when(), "Add member to role completed (PIM activation)", "RoleManagement",
                       [{"id": self.guid(), "displayName": "Exchange Administrator", "type": "Role",
                         "modifiedProperties": []}])
        if chance(0.15):
            app = self.random.choice(self.apps)
            old, app["key"] = app["key"], self.guid()
            one = lambda key: "[KeyIdentifier=%s,KeyType=Password,KeyUsage=Verify,DisplayName=rotated]" % key
            developer = self.random.choice([p for p in self.people if p["developer"]] or self.people)
            self.audit(self.by(developer), when(), "Update application \u2013 Certificates and secrets management ",
                       "ApplicationManagement", [{"id": self.guid(), "displayName": app["name"], "type": "Application",
                                                  "modifiedProperties": [self.changed("KeyDescription", [one(old)], [one(old), one(app["key"])])]}])
        if chance(0.06):
            self.audit(self.by(admin), when(), "Consent to application", "ApplicationManagement",
                       [{"id": self.guid(), "displayName": "Supplier Portal", "type": "ServicePrincipal",
                         "modifiedProperties": [self.changed("ConsentContext.IsAdminConsent", None, "True"),
                                                self.changed("ConsentAction.Permissions", None, "[] => [[Id: x, ClientId: y, PrincipalId: , ResourceId: z, ConsentType: AllPrincipals, Scope: User.Read openid profile, CreatedDateTime: , LastModifiedDateTime ]]; ")]}])
        if chance(0.04):
            self.audit(self.by(admin), when(), "Update conditional access policy", "Policy",
                       [{"id": self.guid(), "displayName": "Require MFA", "type": "Policy", "modifiedProperties": []}])

    def unified(self, person, time, operation, record_type, workload, extra):
        record = {"CreationTime": time.strftime("%Y-%m-%dT%H:%M:%S"), "Id": self.guid(), "Operation": operation,
                  "OrganizationId": self.tenant, "RecordType": record_type, "UserKey": person["id"], "UserType": 0,
                  "Version": 1, "Workload": workload, "ClientIP": self.place(person), "UserId": person["name"]}
        record.update(extra)
        self.put("audit.csv", time, record)

    def unified_day(self, day):
        for person in self.people:
            for _ in range(self.random.randint(1, 4)):
                time = day + datetime.timedelta(hours=self.random.uniform(7, 19))
                self.unified(person, time, self.random.choice(["FileAccessed", "FileModified", "FileDownloaded"]), 6,
                             "SharePoint", {"ObjectId": "https://contoso.sharepoint.com/sites/a/b.docx",
                                            "ItemType": "File", "SourceFileName": "b.docx",
                                            "UserAgent": self.agent(person), "ResultStatus": ""})
            time = day + datetime.timedelta(hours=self.random.uniform(7, 19))
            self.unified(person, time, "MailItemsAccessed", 50, "Exchange", {
                "AppId": "13937bba-652e-4c46-b222-3003f4d1ff97", "ClientAppId": "13937bba-652e-4c46-b222-3003f4d1ff97",
                "ClientInfoString": "Client=OWA;Action=ViaProxy", "ExternalAccess": False, "InternalLogonType": 0,
                "LogonType": 0, "MailboxGuid": person["id"], "MailboxOwnerUPN": person["name"],
                "ClientIPAddress": self.place(person), "ResultStatus": "Succeeded",
                "OperationProperties": [{"Name": "MailAccessType", "Value": "Bind"}, {"Name": "IsThrottled", "Value": "False"}],
                "Folders": [{"Path": "\\Inbox", "FolderItems": [{"InternetMessageId": "<%s@x.example>" % self.guid()}]}]})
        admins = [p for p in self.people if p["admin"]]
        admin = self.random.choice(admins)
        when = lambda: day + datetime.timedelta(hours=self.random.uniform(8, 17))
        parameters = lambda **k: {"Parameters": [{"Name": n, "Value": v} for n, v in k.items()], "ResultStatus": "True"}
        if self.random.random() < 0.5:
            person = self.random.choice(self.people)
            self.unified(person, when(), "New-InboxRule", 1, "Exchange", dict(parameters(
                Name="Newsletters", MoveToFolder="Reading", From="news@shop.example"), ObjectId="a\\Newsletters"))
        if self.random.random() < 0.15:
            self.unified(admin, when(), "Add-MailboxPermission", 1, "Exchange", dict(parameters(
                Identity="info", User=self.random.choice(self.people)["name"], AccessRights="FullAccess"), ObjectId="info"))
        for _ in range(2):
            self.unified(admin, when(), "Set-Mailbox", 1, "Exchange", dict(parameters(
                Identity="x", ProhibitSendQuota="50GB"), ObjectId="x"))
        if self.random.random() < 0.1:
            self.unified(admin, when(), "Set-Mailbox", 1, "Exchange", dict(parameters(
                Identity="leaver", Type="Shared"), ObjectId="leaver"))
        if self.random.random() < 0.1:
            self.unified(admin, when(), "New-TransportRule", 1, "Exchange", dict(parameters(
                Name="Disclaimer", ApplyHtmlDisclaimerText="x"), ObjectId="Disclaimer"))

    # ---- code, cloud ----

    def code_day(self, day):
        for person in self.people:
            if not person["developer"]:
                continue
            for _ in range(self.random.randint(2, 12)):
                time = day + datetime.timedelta(hours=self.random.uniform(8, 18))
                self.put("github.jsonl", time, {
                    "@timestamp": int(time.timestamp() * 1000), "_document_id": self.guid(),
                    "action": self.random.choice(["git.fetch", "git.push", "git.fetch", "git.clone", "pull_request.create",
                                                  "workflows.completed_workflow_run", "pull_request.merge"]),
                    "actor": person["name"].split("@")[0], "actor_ip": person["home"], "org": "contoso",
                    "repo": "contoso/app%d" % self.random.randint(0, 9), "user_agent": "git/2.43.0",
                    "programmatic_access_type": "OAuth access token"})
        for _ in range(300):
            time = day + datetime.timedelta(hours=self.random.uniform(0, 24))
            name, source = self.random.choice([("AssumeRole", "sts"), ("DescribeInstances", "ec2"), ("GetObject", "s3"),
                                               ("GetCallerIdentity", "sts"), ("PutObject", "s3"), ("Decrypt", "kms"),
                                               ("DescribeLogGroups", "logs"), ("ListBuckets", "s3")])
            self.put("cloudtrail.json", time, {
                "eventVersion": "1.08", "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ"), "eventName": name,
                "eventSource": source + ".amazonaws.com", "awsRegion": "eu-west-1", "sourceIPAddress": "203.0.113.9",
                "userAgent": "aws-sdk-go/1.44", "eventID": self.guid(), "requestID": self.guid(), "readOnly": True,
                "eventType": "AwsApiCall", "recipientAccountId": "111122223333",
                "userIdentity": {"type": "AssumedRole", "principalId": "AROAX:deploy", "accountId": "111122223333",
                                 "arn": "arn:aws:sts::111122223333:assumed-role/deploy/ci"}})

    def make(self):
        for i in range(self.days):
            day = self.start + datetime.timedelta(days=i)
            weekend = day.weekday() >= 5
            for person in self.people:
                if self.random.random() < (0.1 if weekend else 0.85):
                    self.person_day(person, day)
            self.services_day(day)
            if not weekend:
                self.administration_day(day)
                self.unified_day(day)
                self.code_day(day)
        return self.out


def write(out, folder):
    os.makedirs(folder, exist_ok=True)
    count = 0
    for name, records in out.items():
        records.sort(key=lambda one: one[0])
        count += len(records)
        with open(os.path.join(folder, name), "w", newline="", encoding="utf-8") as file:
            if name == "cloudtrail.json":
                json.dump({"Records": [record for _, record in records]}, file)
            elif name == "audit.csv":
                rows = csv.writer(file, quoting=csv.QUOTE_ALL)
                rows.writerow(["RecordType", "CreationDate", "UserIds", "Operations", "AuditData", "ResultIndex",
                               "ResultCount", "Identity", "IsValid", "ObjectState"])
                for i, (time, record) in enumerate(records):
                    rows.writerow([record["RecordType"], time.strftime("%m/%d/%Y %I:%M:%S %p"), record["UserId"],
                                   record["Operation"], json.dumps(record), i % 5000 + 1, 5000, record["Id"], "True",
                                   "Unchanged"])
            else:
                for _, record in records:
                    file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return count


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--people", type=int, default=150)
    arguments.add_argument("--days", type=int, default=30)
    arguments.add_argument("out")
    given = arguments.parse_args()
    print(write(Tenant(given.seed, given.people, given.days).make(), given.out), "records")
