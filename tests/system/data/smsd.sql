-- The tables of Gammu SMSD's PostgreSQL backend, schema version 17 (gammu-doc 1.42, smsd/tables.html), as far as SMSD and sigap use them.
create function update_timestamp() returns trigger language plpgsql as $$ begin new."UpdatedInDB" := localtimestamp(0); return new; end $$;
create table gammu ("Version" smallint not null primary key);
insert into gammu values (17);
create table inbox (
	"UpdatedInDB" timestamp(0) not null default localtimestamp(0),
	"ReceivingDateTime" timestamp(0) not null default localtimestamp(0),
	"Text" text not null,
	"SenderNumber" varchar(20) not null default '',
	"Coding" varchar(255) not null default 'Default_No_Compression',
	"UDH" text not null,
	"SMSCNumber" varchar(20) not null default '',
	"Class" integer not null default -1,
	"TextDecoded" text not null default '',
	"ID" serial primary key,
	"RecipientID" text not null,
	"Processed" boolean not null default false,
	"Status" integer not null default -1
);
create table outbox (
	"UpdatedInDB" timestamp(0) not null default localtimestamp(0),
	"InsertIntoDB" timestamp(0) not null default localtimestamp(0),
	"SendingDateTime" timestamp not null default localtimestamp(0),
	"SendBefore" time not null default '23:59:59',
	"SendAfter" time not null default '00:00:00',
	"Text" text,
	"DestinationNumber" varchar(20) not null default '',
	"Coding" varchar(255) not null default 'Default_No_Compression'
		check ("Coding" in ('Default_No_Compression', 'Unicode_No_Compression', '8bit', 'Default_Compression', 'Unicode_Compression')),
	"UDH" text,
	"Class" integer default -1,
	"TextDecoded" text not null default '',
	"ID" serial primary key,
	"MultiPart" boolean not null default false,
	"RelativeValidity" integer default -1,
	"SenderID" varchar(255),
	"SendingTimeOut" timestamp(0) not null default localtimestamp(0),
	"DeliveryReport" varchar(10) default 'default' check ("DeliveryReport" in ('default', 'yes', 'no')),
	"CreatorID" text not null,
	"Retries" integer default 0,
	"Priority" integer default 0,
	"Status" varchar(255) not null default 'Reserved',
	"StatusCode" integer not null default -1
);
create index outbox_date on outbox ("SendingDateTime", "SendingTimeOut");
create index outbox_sender on outbox ("SenderID");
create table outbox_multipart (
	"Text" text,
	"Coding" varchar(255) not null default 'Default_No_Compression',
	"UDH" text,
	"Class" integer default -1,
	"TextDecoded" text,
	"ID" serial,
	"SequencePosition" integer not null default 1,
	"Status" varchar(255) not null default 'Reserved',
	"StatusCode" integer not null default -1,
	primary key ("ID", "SequencePosition")
);
create table phones (
	"ID" text not null,
	"UpdatedInDB" timestamp(0) not null default localtimestamp(0),
	"InsertIntoDB" timestamp(0) not null default localtimestamp(0),
	"TimeOut" timestamp(0) not null default localtimestamp(0),
	"Send" boolean not null default false,
	"Receive" boolean not null default false,
	"IMEI" varchar(35) primary key,
	"IMSI" varchar(35) not null,
	"NetCode" varchar(10) default 'ERROR',
	"NetName" varchar(35) default 'ERROR',
	"Client" text not null,
	"Battery" integer not null default -1,
	"Signal" integer not null default -1,
	"Sent" integer not null default 0,
	"Received" integer not null default 0
);
create table sentitems (
	"UpdatedInDB" timestamp(0) not null default localtimestamp(0),
	"InsertIntoDB" timestamp(0) not null default localtimestamp(0),
	"SendingDateTime" timestamp(0) not null default localtimestamp(0),
	"DeliveryDateTime" timestamp(0),
	"Text" text not null,
	"DestinationNumber" varchar(20) not null default '',
	"Coding" varchar(255) not null default 'Default_No_Compression',
	"UDH" text not null,
	"SMSCNumber" varchar(20) not null default '',
	"Class" integer not null default -1,
	"TextDecoded" text not null default '',
	"ID" serial,
	"SenderID" varchar(255) not null,
	"SequencePosition" integer not null default 1,
	"Status" varchar(255) not null default 'SendingOK',
	"StatusError" integer not null default -1,
	"TPMR" integer not null default -1,
	"RelativeValidity" integer not null default -1,
	"CreatorID" text not null,
	"StatusCode" integer not null default -1,
	primary key ("ID", "SequencePosition")
);
create index sentitems_tpmr on sentitems ("TPMR");
create trigger update_timestamp before update on inbox for each row execute function update_timestamp();
create trigger update_timestamp before update on outbox for each row execute function update_timestamp();
create trigger update_timestamp before update on phones for each row execute function update_timestamp();
create trigger update_timestamp before update on sentitems for each row execute function update_timestamp();
