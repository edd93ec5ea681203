/** The scripts of `deploy --script` and `undeploy --script`, by engine. */
import { mssqlPlan } from './mssql-plan.ts';
import { sqlcmdUndeployScript } from './mssql-undeploy.ts';
import { stepsOf, type EngineName } from './plan.ts';
import { postgresPlan } from './postgres-plan.ts';
import { psqlUndeployScript } from './postgres-undeploy.ts';
import { psqlDeployScript } from './psql-script.ts';
import { sqlcmdDeployScript } from './sqlcmd-script.ts';

export interface DeployScript {
  text: string;
  /** Numbers of steps. */
  migrations: number;
  files: number;
}

export const deployScript = async (engine: EngineName): Promise<DeployScript> => {
  const plan = await (engine === 'postgres' ? postgresPlan() : mssqlPlan());
  return {
    text: engine === 'postgres' ? psqlDeployScript(plan) : sqlcmdDeployScript(plan),
    migrations: stepsOf(plan, 'migration').length,
    files: stepsOf(plan, 'file').length,
  };
};

export const undeployScript = (engine: EngineName): Promise<string> =>
  engine === 'postgres' ? psqlUndeployScript() : sqlcmdUndeployScript();
