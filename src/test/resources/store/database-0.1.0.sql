CREATE TABLE agents (
  tenant text NOT NULL, name text NOT NULL, owner text NOT NULL, purpose text NOT NULL,
  status text NOT NULL, model_tier bigint NOT NULL, recertify_by bigint NOT NULL,
  registered_at bigint NOT NULL,
  PRIMARY KEY (tenant, name));
INSERT INTO "agents" VALUES('acme','support-bot','per_67y1gc271g9xabq8h71kq4j3ys','answers support cases','active',1,1802952406277,1795176406277);
INSERT INTO "agents" VALUES('acme','other-bot','per_67y1gc271g9xabq8h71kq4j3ys','answers support cases','active',1,1802952406290,1795176406290);
CREATE TABLE applied (
  tenant text NOT NULL, node text NOT NULL, size bigint NOT NULL,
  PRIMARY KEY (tenant, node));
CREATE TABLE approvals (
  tenant text NOT NULL, id text NOT NULL, action text NOT NULL, task text NOT NULL, agent text NOT NULL,
  labels text NOT NULL, rules text NOT NULL, alternatives text NOT NULL, parties text NOT NULL,
  round bigint NOT NULL, requested_at bigint NOT NULL, expires_at bigint NOT NULL, state text NOT NULL,
  about text NOT NULL,
  PRIMARY KEY (tenant, id));
INSERT INTO "approvals" VALUES('acme','apr_01m7wdmb3kfk2r8yj3c0849xqy','a04eee5b0ba6baf041c20ed436ee5f9fed8e858b2036c66fd3df6611816b9af8','tsk_01m7wdma5qecnvjb6f7dy2t7ck','support-bot','{"values":[]}','{"values":[{"name":"finance-leads","quorum":1,"proof":"cli","separation":true}]}','{"values":[{"groups":["finance-leads"]}]}','{"values":["per_51n03wzn8c8xksp26t1z1f7jw0","per_67y1gc271g9xabq8h71kq4j3ys"]}',0,1795176410220,1795177310220,'approved','{"action":{"agent":"support-bot","caller":"direct","chain":["per_51n03wzn8c8xksp26t1z1f7jw0","support-bot"],"code":"","credential":"shop-key","definition":"44152837aa72c19f788e7c1bcf6d757ce757f66aacba7de1ede15ad90cdd4f1a","endpoint":"94d5f8ec6cfc4f5a7228590d106e4d01b18cc24d1a41469dfa9e73cdc015b42a","kind":"call-tool","payload":"25dfb6d5ccdabfae2f2dafdd1a59e27e11e8b54f999760ed2eeef2799abfdaf2","person":"per_51n03wzn8c8xksp26t1z1f7jw0","run":"","target":"shop/create_refund","task":"tsk_01m7wdma5qecnvjb6f7dy2t7ck","tenant":"acme"},"payload":{"method":"tools/call","params":{"name":"create_refund","arguments":{"order":"1001","amount":900,"currency":"EUR"}}},"agent":"support-bot","purpose":"support case","decision":"dec_01m7wdmb3efkbstdc1967a9pv1"}');
INSERT INTO "approvals" VALUES('acme','apr_01m7wdmbb4f5qrmymzss0gzdcf','50ecef4e3477de782994cbbf57105d1c73a3e356a6f49142c1333a3cc9f1eb54','tsk_01m7wdma5qecnvjb6f7dy2t7ck','support-bot','{"values":[]}','{"values":[{"name":"finance-leads","quorum":1,"proof":"cli","separation":true}]}','{"values":[{"groups":["finance-leads"]}]}','{"values":["per_51n03wzn8c8xksp26t1z1f7jw0","per_67y1gc271g9xabq8h71kq4j3ys"]}',0,1795176410449,1795177310449,'pending','{"action":{"agent":"support-bot","caller":"direct","chain":["per_51n03wzn8c8xksp26t1z1f7jw0","support-bot"],"code":"","credential":"shop-key","definition":"44152837aa72c19f788e7c1bcf6d757ce757f66aacba7de1ede15ad90cdd4f1a","endpoint":"94d5f8ec6cfc4f5a7228590d106e4d01b18cc24d1a41469dfa9e73cdc015b42a","kind":"call-tool","payload":"ae1aa6759ea757d1e92af562c110ecb084c1ba580408d775133cad2c15ade2a6","person":"per_51n03wzn8c8xksp26t1z1f7jw0","run":"","target":"shop/create_refund","task":"tsk_01m7wdma5qecnvjb6f7dy2t7ck","tenant":"acme"},"payload":{"method":"tools/call","params":{"name":"create_refund","arguments":{"order":"1001","amount":700,"currency":"EUR"}}},"agent":"support-bot","purpose":"support case","decision":"dec_01m7wdmbase6qvg963s602tana"}');
CREATE TABLE consents (
  tenant text NOT NULL, id text NOT NULL, task text NOT NULL, person text NOT NULL, at bigint NOT NULL,
  servers text NOT NULL, categories text NOT NULL, data text NOT NULL, pins text NOT NULL,
  PRIMARY KEY (tenant, task));
INSERT INTO "consents" VALUES('acme','con_01m7wdma5sej9vptjtqvv994fv','tsk_01m7wdma5qecnvjb6f7dy2t7ck','per_51n03wzn8c8xksp26t1z1f7jw0',1795176409270,'{"values":["shop"]}','{"values":["external","irreversible","money","read"]}','{"values":[]}','{"shop/create_refund":"44152837aa72c19f788e7c1bcf6d757ce757f66aacba7de1ede15ad90cdd4f1a","shop/delete_customer":"2d889b6781a2206eebbcc2e1aab8eb7279e3241e5472b39b15737280d0571c60","shop/get_order":"e843afb7366f0deda376fef51ceca2af3f12255c772b3eb3b90dd00aadbc439f","shop/list_orders":"63263a64008154eb49f3996d331573c49b6970e958413991e66f2ef4232560fc","shop/send_email":"34b55a0982971de0661685fe634906ee5d6b145ab8e9b608546dfaecdd2afb0c"}');
INSERT INTO "consents" VALUES('acme','con_01m7wdmbfyf8r8ap7by4d445jy','tsk_01m7wdmbfyfrxveczw1q57v0rr','per_51n03wzn8c8xksp26t1z1f7jw0',1795176410622,'{"values":["shop"]}','{"values":["external","irreversible","money","read"]}','{"values":[]}','{"shop/create_refund":"44152837aa72c19f788e7c1bcf6d757ce757f66aacba7de1ede15ad90cdd4f1a","shop/delete_customer":"2d889b6781a2206eebbcc2e1aab8eb7279e3241e5472b39b15737280d0571c60","shop/get_order":"e843afb7366f0deda376fef51ceca2af3f12255c772b3eb3b90dd00aadbc439f","shop/list_orders":"63263a64008154eb49f3996d331573c49b6970e958413991e66f2ef4232560fc","shop/send_email":"34b55a0982971de0661685fe634906ee5d6b145ab8e9b608546dfaecdd2afb0c"}');
CREATE TABLE epochs (tenant text PRIMARY KEY, epoch bigint NOT NULL);
INSERT INTO "epochs" VALUES('acme',1);
CREATE TABLE groups (
  tenant text NOT NULL, name text NOT NULL, kind text NOT NULL, quorum bigint NOT NULL,
  proof text NOT NULL, separation bigint NOT NULL,
  PRIMARY KEY (tenant, name));
INSERT INTO "groups" VALUES('default','role-admin','people',1,'cli',1);
INSERT INTO "groups" VALUES('default','role-approver','people',1,'cli',1);
INSERT INTO "groups" VALUES('default','role-auditor','people',1,'cli',1);
INSERT INTO "groups" VALUES('default','role-viewer','people',1,'cli',1);
INSERT INTO "groups" VALUES('default','role-policy-author','people',1,'cli',1);
INSERT INTO "groups" VALUES('default','data-owners','people',1,'cli',1);
INSERT INTO "groups" VALUES('acme','role-admin','people',1,'cli',1);
INSERT INTO "groups" VALUES('acme','role-approver','people',1,'cli',1);
INSERT INTO "groups" VALUES('acme','role-auditor','people',1,'cli',1);
INSERT INTO "groups" VALUES('acme','role-viewer','people',1,'cli',1);
INSERT INTO "groups" VALUES('acme','role-policy-author','people',1,'cli',1);
INSERT INTO "groups" VALUES('acme','data-owners','people',1,'cli',1);
INSERT INTO "groups" VALUES('acme','finance-leads','people',1,'cli',1);
INSERT INTO "groups" VALUES('acme','support-agents','agents',1,'cli',1);
CREATE TABLE keys (
  tenant text NOT NULL, id text NOT NULL, digest text NOT NULL, agent text, task text, person text,
  created_at bigint NOT NULL, ended_at bigint, revoked_at bigint, last_used bigint,
  PRIMARY KEY (tenant, id));
INSERT INTO "keys" VALUES('default','key_01m7wdm50pez2bxknsmnjv6gtj','85bd3c9d39403f283ca49b6283dec30a193f1597d64ae50cdbbf702c452b5d01',NULL,NULL,'per_6xwbghsp0c93fr5wstw3deg9wm',1795176404048,NULL,NULL,NULL);
INSERT INTO "keys" VALUES('acme','key_01m7wdma6ff14axx82f3wkrg5g','f83f65ee0e48b32fe31bc755f2bca2f953a311643e9f68fe8f4a4d3d4c3de655','support-bot','tsk_01m7wdma5qecnvjb6f7dy2t7ck',NULL,1795176409295,NULL,NULL,1795176410448);
INSERT INTO "keys" VALUES('acme','key_01m7wdmb49emxb211cj3rwytrx','43987ef531f7fbd486a286187c0c3d51cf7b60b44e910e6bdb79ba794872da90',NULL,NULL,'per_68m9991xnh8558ya22ws52366a',1795176410250,NULL,NULL,1795176410253);
CREATE TABLE members (
  tenant text NOT NULL, grp text NOT NULL, member text NOT NULL,
  PRIMARY KEY (tenant, grp, member));
INSERT INTO "members" VALUES('default','role-admin','per_6xwbghsp0c93fr5wstw3deg9wm');
INSERT INTO "members" VALUES('default','role-approver','per_6xwbghsp0c93fr5wstw3deg9wm');
INSERT INTO "members" VALUES('default','role-auditor','per_6xwbghsp0c93fr5wstw3deg9wm');
INSERT INTO "members" VALUES('acme','role-admin','per_67y1gc271g9xabq8h71kq4j3ys');
INSERT INTO "members" VALUES('acme','finance-leads','per_68m9991xnh8558ya22ws52366a');
INSERT INTO "members" VALUES('acme','support-agents','support-bot');
INSERT INTO "members" VALUES('acme','support-agents','other-bot');
CREATE TABLE people (
  tenant text NOT NULL, id text NOT NULL, display_name text NOT NULL, email text NOT NULL,
  active bigint NOT NULL,
  PRIMARY KEY (tenant, id));
INSERT INTO "people" VALUES('default','per_6xwbghsp0c93fr5wstw3deg9wm','Owner','owner@localhost',1);
INSERT INTO "people" VALUES('acme','per_67y1gc271g9xabq8h71kq4j3ys','Olga Owner','olga@acme.example',1);
INSERT INTO "people" VALUES('acme','per_68m9991xnh8558ya22ws52366a','Dana Reyes','dana@acme.example',1);
INSERT INTO "people" VALUES('acme','per_51n03wzn8c8xksp26t1z1f7jw0','Erin Example','erin@acme.example',1);
CREATE TABLE refused_tools (
  tenant text NOT NULL, server text NOT NULL, place bigint NOT NULL, shown text NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (tenant, server, place));
CREATE TABLE schema_steps (
  part text NOT NULL, version bigint NOT NULL, digest text NOT NULL,
  PRIMARY KEY (part, version));
INSERT INTO "schema_steps" VALUES('store',1,'22298923dd1472a24dcce3115015e38b7c8dfe20ef973962d6a3a5e2677383a4');
INSERT INTO "schema_steps" VALUES('registry',1,'dba39a10d9eb5d1b6fe25e910999f5e20ff6d5c92d4655a4fe2ccdf7dd592493');
INSERT INTO "schema_steps" VALUES('authority',1,'d68fb4b307cbad2024eae84cac8368ea2a731e29e251f21fc89ae34ad08fb810');
INSERT INTO "schema_steps" VALUES('identity',1,'67d78627f1389b7911fe1c26965a8c59a6d29d48d7b5a0810a269b0b0f1b184b');
INSERT INTO "schema_steps" VALUES('vault',1,'991603b2f92b6a2307ec2593c0f815f590edb25fc9d331d0b875b88a2465e12f');
CREATE TABLE secrets (
  tenant text NOT NULL, name text NOT NULL, version bigint NOT NULL, master text NOT NULL,
  wrapped text NOT NULL, sealed text NOT NULL,
  PRIMARY KEY (tenant, name));
INSERT INTO "secrets" VALUES('acme','shop-key',1,'c2097be393e1e129','tWT2PvLuBQInc7xqGT1MutNiC0B+EA9kMSSqBUBal7D4vZj3Q6+vrVp7NMKXoddcdahhSfjDkxIZMIux','FUeqiD+SpbNsPj5Na/QksQSsBmFxwJHq305JJWA4IjQ9tQ2iBETOjxGrypuTBw==');
CREATE TABLE servers (
  tenant text NOT NULL, name text NOT NULL, transport text NOT NULL, trust bigint NOT NULL,
  status text NOT NULL, credentials text NOT NULL, registered_by text NOT NULL,
  registered_at bigint NOT NULL,
  PRIMARY KEY (tenant, name));
INSERT INTO "servers" VALUES('acme','shop','{"kind":"http","url":"http://127.0.0.1:38579/mcp"}',3,'approved','[{"secret":"shop-key","header":"Authorization"}]','per_67y1gc271g9xabq8h71kq4j3ys',1795176406334);
CREATE TABLE task_labels (
  tenant text NOT NULL, task text NOT NULL, label text NOT NULL,
  PRIMARY KEY (tenant, task, label));
INSERT INTO "task_labels" VALUES('acme','tsk_01m7wdma5qecnvjb6f7dy2t7ck','payment');
CREATE TABLE tasks (
  tenant text NOT NULL, id text NOT NULL, purpose text NOT NULL, person text NOT NULL, agent text NOT NULL,
  opened_by text NOT NULL, opened_at bigint NOT NULL, scope text NOT NULL, call_budget bigint NOT NULL,
  deadline bigint NOT NULL, calls_leased bigint NOT NULL, ending text, ended_by text, ended_at bigint,
  ended_why text,
  PRIMARY KEY (tenant, id));
INSERT INTO "tasks" VALUES('acme','tsk_01m7wdma5qecnvjb6f7dy2t7ck','support case','per_51n03wzn8c8xksp26t1z1f7jw0','support-bot','per_67y1gc271g9xabq8h71kq4j3ys',1795176409270,'{"servers":["shop"],"categories":["external","irreversible","money","read"],"data":[]}',1000,1795180009270,1,NULL,NULL,NULL,NULL);
INSERT INTO "tasks" VALUES('acme','tsk_01m7wdmbfyfrxveczw1q57v0rr','support case','per_51n03wzn8c8xksp26t1z1f7jw0','support-bot','per_67y1gc271g9xabq8h71kq4j3ys',1795176410622,'{"servers":["shop"],"categories":["external","irreversible","money","read"],"data":[]}',1000,1795180010622,0,'revoked','per_67y1gc271g9xabq8h71kq4j3ys',1795176410685,'the case is closed');
CREATE TABLE tenants (name text PRIMARY KEY, created_at bigint NOT NULL);
INSERT INTO "tenants" VALUES('default',1795176403853);
INSERT INTO "tenants" VALUES('acme',1795176406237);
CREATE TABLE tool_episodes (
  tenant text NOT NULL, server text NOT NULL, seq bigint NOT NULL, name text NOT NULL, kind text NOT NULL,
  definition text, at bigint NOT NULL,
  PRIMARY KEY (tenant, server, seq));
INSERT INTO "tool_episodes" VALUES('acme','shop',1,'get_order','added','{"name":"get_order","title":"Get an order","description":"Returns one order: customer, item, total, currency and status.","inputSchema":{"type":"object","properties":{"order":{"type":"string","description":"Order number, for example 1001"}},"required":["order"],"additionalProperties":false},"annotations":{"title":"Get an order","readOnlyHint":true,"destructiveHint":false,"idempotentHint":true,"openWorldHint":false}}',1795176406862);
INSERT INTO "tool_episodes" VALUES('acme','shop',2,'list_orders','added','{"name":"list_orders","title":"List orders","description":"Lists orders, ten on a page.","inputSchema":{"type":"object","properties":{"customer":{"type":"string","description":"Only orders of this customer (mail address)"},"cursor":{"type":"string","description":"next_cursor of the page before"}},"additionalProperties":false},"annotations":{"title":"List orders","readOnlyHint":true,"destructiveHint":false,"idempotentHint":true,"openWorldHint":false}}',1795176406862);
INSERT INTO "tool_episodes" VALUES('acme','shop',3,'create_refund','added','{"name":"create_refund","title":"Create a refund","description":"Pays money back to the customer of an order.","inputSchema":{"type":"object","properties":{"order":{"type":"string","description":"Order number"},"amount":{"type":"number","description":"Amount in the order''s currency, at most two decimals"},"currency":{"type":"string","description":"Currency code of the order, for example EUR"},"reason":{"type":"string","description":"Why the money goes back"}},"required":["order","amount","currency"],"additionalProperties":false},"annotations":{"title":"Create a refund","readOnlyHint":false,"destructiveHint":true,"idempotentHint":false,"openWorldHint":false}}',1795176406862);
INSERT INTO "tool_episodes" VALUES('acme','shop',4,'send_email','added','{"name":"send_email","title":"Send a mail","description":"Sends a mail to a customer.","inputSchema":{"type":"object","properties":{"to":{"type":"string","description":"Recipient''s address"},"subject":{"type":"string","description":"Subject line"},"body":{"type":"string","description":"Text of the mail"}},"required":["to","subject","body"],"additionalProperties":false},"annotations":{"title":"Send a mail","readOnlyHint":false,"destructiveHint":false,"idempotentHint":false,"openWorldHint":true}}',1795176406862);
INSERT INTO "tool_episodes" VALUES('acme','shop',5,'delete_customer','added','{"name":"delete_customer","title":"Delete a customer","description":"Deletes a customer for good.","inputSchema":{"type":"object","properties":{"customer":{"type":"string","description":"Customer''s mail address"}},"required":["customer"],"additionalProperties":false},"annotations":{"title":"Delete a customer","readOnlyHint":false,"destructiveHint":true,"idempotentHint":true,"openWorldHint":false}}',1795176406862);
INSERT INTO "tool_episodes" VALUES('acme','shop',6,'list_orders','approved','{"name":"list_orders","title":"List orders","description":"Lists orders, ten on a page.","inputSchema":{"type":"object","properties":{"customer":{"type":"string","description":"Only orders of this customer (mail address)"},"cursor":{"type":"string","description":"next_cursor of the page before"}},"additionalProperties":false},"annotations":{"title":"List orders","readOnlyHint":true,"destructiveHint":false,"idempotentHint":true,"openWorldHint":false}}',1795176407069);
INSERT INTO "tool_episodes" VALUES('acme','shop',7,'get_order','approved','{"name":"get_order","title":"Get an order","description":"Returns one order: customer, item, total, currency and status.","inputSchema":{"type":"object","properties":{"order":{"type":"string","description":"Order number, for example 1001"}},"required":["order"],"additionalProperties":false},"annotations":{"title":"Get an order","readOnlyHint":true,"destructiveHint":false,"idempotentHint":true,"openWorldHint":false}}',1795176407131);
INSERT INTO "tool_episodes" VALUES('acme','shop',8,'delete_customer','approved','{"name":"delete_customer","title":"Delete a customer","description":"Deletes a customer for good.","inputSchema":{"type":"object","properties":{"customer":{"type":"string","description":"Customer''s mail address"}},"required":["customer"],"additionalProperties":false},"annotations":{"title":"Delete a customer","readOnlyHint":false,"destructiveHint":true,"idempotentHint":true,"openWorldHint":false}}',1795176407144);
INSERT INTO "tool_episodes" VALUES('acme','shop',9,'create_refund','approved','{"name":"create_refund","title":"Create a refund","description":"Pays money back to the customer of an order.","inputSchema":{"type":"object","properties":{"order":{"type":"string","description":"Order number"},"amount":{"type":"number","description":"Amount in the order''s currency, at most two decimals"},"currency":{"type":"string","description":"Currency code of the order, for example EUR"},"reason":{"type":"string","description":"Why the money goes back"}},"required":["order","amount","currency"],"additionalProperties":false},"annotations":{"title":"Create a refund","readOnlyHint":false,"destructiveHint":true,"idempotentHint":false,"openWorldHint":false}}',1795176407153);
INSERT INTO "tool_episodes" VALUES('acme','shop',10,'send_email','approved','{"name":"send_email","title":"Send a mail","description":"Sends a mail to a customer.","inputSchema":{"type":"object","properties":{"to":{"type":"string","description":"Recipient''s address"},"subject":{"type":"string","description":"Subject line"},"body":{"type":"string","description":"Text of the mail"}},"required":["to","subject","body"],"additionalProperties":false},"annotations":{"title":"Send a mail","readOnlyHint":false,"destructiveHint":false,"idempotentHint":false,"openWorldHint":true}}',1795176407162);
CREATE TABLE tools (
  tenant text NOT NULL, server text NOT NULL, name text NOT NULL, listed text, ambiguous bigint NOT NULL,
  pinned text, classification text, approved_by text, approved_at bigint,
  PRIMARY KEY (tenant, server, name));
INSERT INTO "tools" VALUES('acme','shop','get_order','{"name":"get_order","title":"Get an order","description":"Returns one order: customer, item, total, currency and status.","inputSchema":{"type":"object","properties":{"order":{"type":"string","description":"Order number, for example 1001"}},"required":["order"],"additionalProperties":false},"annotations":{"title":"Get an order","readOnlyHint":true,"destructiveHint":false,"idempotentHint":true,"openWorldHint":false}}',0,'{"name":"get_order","title":"Get an order","description":"Returns one order: customer, item, total, currency and status.","inputSchema":{"type":"object","properties":{"order":{"type":"string","description":"Order number, for example 1001"}},"required":["order"],"additionalProperties":false},"annotations":{"title":"Get an order","readOnlyHint":true,"destructiveHint":false,"idempotentHint":true,"openWorldHint":false}}','{"categories":["read"],"data":[],"pathArguments":[],"resultLabels":[],"resultTrusted":true}','per_67y1gc271g9xabq8h71kq4j3ys',1795176407131);
INSERT INTO "tools" VALUES('acme','shop','list_orders','{"name":"list_orders","title":"List orders","description":"Lists orders, ten on a page.","inputSchema":{"type":"object","properties":{"customer":{"type":"string","description":"Only orders of this customer (mail address)"},"cursor":{"type":"string","description":"next_cursor of the page before"}},"additionalProperties":false},"annotations":{"title":"List orders","readOnlyHint":true,"destructiveHint":false,"idempotentHint":true,"openWorldHint":false}}',0,'{"name":"list_orders","title":"List orders","description":"Lists orders, ten on a page.","inputSchema":{"type":"object","properties":{"customer":{"type":"string","description":"Only orders of this customer (mail address)"},"cursor":{"type":"string","description":"next_cursor of the page before"}},"additionalProperties":false},"annotations":{"title":"List orders","readOnlyHint":true,"destructiveHint":false,"idempotentHint":true,"openWorldHint":false}}','{"categories":["read"],"data":[],"pathArguments":[],"resultLabels":[],"resultTrusted":true}','per_67y1gc271g9xabq8h71kq4j3ys',1795176407069);
INSERT INTO "tools" VALUES('acme','shop','create_refund','{"name":"create_refund","title":"Create a refund","description":"Pays money back to the customer of an order.","inputSchema":{"type":"object","properties":{"order":{"type":"string","description":"Order number"},"amount":{"type":"number","description":"Amount in the order''s currency, at most two decimals"},"currency":{"type":"string","description":"Currency code of the order, for example EUR"},"reason":{"type":"string","description":"Why the money goes back"}},"required":["order","amount","currency"],"additionalProperties":false},"annotations":{"title":"Create a refund","readOnlyHint":false,"destructiveHint":true,"idempotentHint":false,"openWorldHint":false}}',0,'{"name":"create_refund","title":"Create a refund","description":"Pays money back to the customer of an order.","inputSchema":{"type":"object","properties":{"order":{"type":"string","description":"Order number"},"amount":{"type":"number","description":"Amount in the order''s currency, at most two decimals"},"currency":{"type":"string","description":"Currency code of the order, for example EUR"},"reason":{"type":"string","description":"Why the money goes back"}},"required":["order","amount","currency"],"additionalProperties":false},"annotations":{"title":"Create a refund","readOnlyHint":false,"destructiveHint":true,"idempotentHint":false,"openWorldHint":false}}','{"categories":["money"],"data":[],"pathArguments":[],"resultLabels":[],"resultTrusted":true}','per_67y1gc271g9xabq8h71kq4j3ys',1795176407153);
INSERT INTO "tools" VALUES('acme','shop','send_email','{"name":"send_email","title":"Send a mail","description":"Sends a mail to a customer.","inputSchema":{"type":"object","properties":{"to":{"type":"string","description":"Recipient''s address"},"subject":{"type":"string","description":"Subject line"},"body":{"type":"string","description":"Text of the mail"}},"required":["to","subject","body"],"additionalProperties":false},"annotations":{"title":"Send a mail","readOnlyHint":false,"destructiveHint":false,"idempotentHint":false,"openWorldHint":true}}',0,'{"name":"send_email","title":"Send a mail","description":"Sends a mail to a customer.","inputSchema":{"type":"object","properties":{"to":{"type":"string","description":"Recipient''s address"},"subject":{"type":"string","description":"Subject line"},"body":{"type":"string","description":"Text of the mail"}},"required":["to","subject","body"],"additionalProperties":false},"annotations":{"title":"Send a mail","readOnlyHint":false,"destructiveHint":false,"idempotentHint":false,"openWorldHint":true}}','{"categories":["external"],"data":[],"pathArguments":[],"resultLabels":[],"resultTrusted":true}','per_67y1gc271g9xabq8h71kq4j3ys',1795176407162);
INSERT INTO "tools" VALUES('acme','shop','delete_customer','{"name":"delete_customer","title":"Delete a customer","description":"Deletes a customer for good.","inputSchema":{"type":"object","properties":{"customer":{"type":"string","description":"Customer''s mail address"}},"required":["customer"],"additionalProperties":false},"annotations":{"title":"Delete a customer","readOnlyHint":false,"destructiveHint":true,"idempotentHint":true,"openWorldHint":false}}',0,'{"name":"delete_customer","title":"Delete a customer","description":"Deletes a customer for good.","inputSchema":{"type":"object","properties":{"customer":{"type":"string","description":"Customer''s mail address"}},"required":["customer"],"additionalProperties":false},"annotations":{"title":"Delete a customer","readOnlyHint":false,"destructiveHint":true,"idempotentHint":true,"openWorldHint":false}}','{"categories":["irreversible"],"data":[],"pathArguments":[],"resultLabels":[],"resultTrusted":true}','per_67y1gc271g9xabq8h71kq4j3ys',1795176407144);
CREATE TABLE votes (
  tenant text NOT NULL, approval text NOT NULL, person text NOT NULL, choice text NOT NULL,
  groups text NOT NULL, proof text NOT NULL, reason text NOT NULL, at bigint NOT NULL,
  PRIMARY KEY (tenant, approval, person));
INSERT INTO "votes" VALUES('acme','apr_01m7wdmb3kfk2r8yj3c0849xqy','per_68m9991xnh8558ya22ws52366a','approve','{"values":["finance-leads"]}','cli','checked',1795176410258);
CREATE INDEX tasks_by_end ON tasks (tenant, ended_at);
CREATE INDEX approvals_by_task ON approvals (tenant, task);
CREATE UNIQUE INDEX approvals_open ON approvals (tenant, task, action)
  WHERE state IN ('pending', 'approved');
CREATE INDEX votes_by_person ON votes (tenant, person);
CREATE UNIQUE INDEX keys_by_digest ON keys (digest);
